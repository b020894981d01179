import { type Operation, operations } from '@afterai/contract/operations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeDescription } from '../../src/instance/description/compose-description.ts'
import type { ApiOperation } from '../../src/instance/description/open-api.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let operator: Person

beforeAll(async () => {
  server = await startTestServer({ publicUrl: 'https://afterai.example.com' })
  operator = await server.operator()
})
afterAll(() => server.stop())

/** A key that no route takes: whoever looks at keys says so, before anything is done. */
const noKey = 'no key'
/** Operations that are left out: the sessions that they end would be missing for others. */
const endsSessions = ['signOut', 'endOtherSessions', 'switchTenant']
/** Only the server can make these. */
const opaque = new Set(['cursor', 'position'])

interface Refusal {
  readonly code?: string | number
  readonly message?: string
  readonly errors?: readonly { readonly pointer: string }[]
}

async function askAsShown(name: string, operation: Operation): Promise<{ status: number; body: Refusal }> {
  const [method, template] = name.split(' ') as ['GET' | 'POST' | 'PUT' | 'DELETE', string]
  const query = new URLSearchParams()
  let path = template
  for (const [parameter, value] of Object.entries(operation.parameters ?? {})) {
    if (path.includes(`{${parameter}}`)) path = path.replace(`{${parameter}}`, String(value))
    else if (!opaque.has(parameter)) query.set(parameter, String(value))
  }
  const [[type, text] = []] = Object.entries(operation.bodies ?? {})
  const asked = server.http.routePermissions.get(name.replaceAll(/\{(\w+)\}/g, ':$1'))
  const answer = await server.send<Refusal>({
    method,
    path: query.size === 0 ? path : `${path}?${query.toString()}`,
    token: asked === 'tenant:operate' ? operator.token : server.admin.token,
    body: text ?? operation.body,
    headers: { 'idempotency-key': noKey, ...(type === undefined ? {} : { 'content-type': type }) },
  })
  return { status: answer.status, body: answer.body }
}

const asked = Object.entries(operations)
  .filter(([, { id }]) => !endsSessions.includes(id))
  .map(([name, operation]) => ({ name, operation }))

test.each(asked)(
  '$name takes the example of its description, and a key where it says so',
  async ({ name, operation }) => {
    const { status, body } = await askAsShown(name, operation)
    const aboutKey =
      body.errors?.[0]?.pointer === '/headers/idempotency-key' || body.message?.startsWith('Idempotency-Key')
    expect(aboutKey ?? false, JSON.stringify(body)).toBe(operation.once === true)
    const isTaken = operation.once === true || !['invalid_request', 'malformed_body'].includes(String(body.code))
    expect(isTaken, JSON.stringify(body)).toBe(true)
    expect(described(name).responses, JSON.stringify(body)).toHaveProperty([String(status)])
    const isNamed = status < 400 || operation.errors === 'otlp' || refusalsOf(name).includes(String(body.code))
    expect(isNamed, JSON.stringify(body)).toBe(true)
  },
)

function described(name: string): ApiOperation {
  const [method = '', path = ''] = name.split(' ')
  const operation = composeDescription(server.http).paths[path]?.[method.toLowerCase()]
  if (operation === undefined) throw new Error(`nothing describes ${name}`)
  return operation
}

/** The codes that an operation says it may answer with. */
function refusalsOf(name: string): string[] {
  const references = Object.values(described(name).responses).flatMap(({ $ref }) => ($ref === undefined ? [] : [$ref]))
  return references.flatMap((it) => it.replace(/^.*\//, '').split('.').slice(1))
}

test('the description that is served is the one in the repository', async () => {
  const { bytes, headers } = await server.send({ path: '/openapi.json' })
  const { openapiReference } = await import('../../../../scripts/openapi-reference.ts')
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  expect(JSON.parse(bytes.toString())).toEqual(JSON.parse(await openapiReference()))
})

test('an answer has the headers that its operation describes', async () => {
  const { headers } = await server.send({ path: '/v1/systems', token: server.admin.token })
  for (const name of Object.keys(described('GET /v1/systems').responses['200']?.headers ?? {}))
    expect(headers, name).toHaveProperty(name)
})
