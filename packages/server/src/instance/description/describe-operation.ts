import { permissions, type Permission, type Role } from '@afterai/contract'
import type { Operation } from '@afterai/contract/operations'
import type { ApiOperation, ApiParameter, ApiResponse, MediaType } from './open-api.ts'
import { headers } from './problem-answers.ts'

/** One operation as its route's schemas and its entry in the contract say it together, but for its errors. */
export function describeOperation(raw: ApiOperation, entry: Operation): ApiOperation {
  const { 'x-across-tenants': _internal, requestBody: _raw, parameters: _bare, responses: _bare2, ...rest } = raw
  const parameters = parametersOf(raw, entry)
  const body = bodyOf(raw, entry)
  return {
    operationId: entry.id,
    tags: [entry.tag],
    summary: entry.summary,
    description: [entry.description, accessSentence(raw)].filter((part) => part !== undefined).join('\n\n'),
    ...rest,
    security: securityOf(raw),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: answersOf(raw, entry),
  }
}

function parametersOf(
  { parameters = [] }: ApiOperation,
  { parameters: examples = {}, once }: Operation,
): ApiParameter[] {
  const described = parameters.map((parameter) => {
    // The rest of a path, its slashes included (RFC 6570, reserved expansion).
    const name = parameter.name === '*' ? 'tile' : (parameter.name ?? '')
    const reserved = parameter.name === '*' ? { allowReserved: true } : {}
    const { description, ...schema } = parameter.schema ?? {}
    const said = parameter.description ?? description ?? commonParameters[name]
    const example = examples[name] === undefined ? {} : { example: examples[name] }
    return { ...parameter, name, ...reserved, ...(said === undefined ? {} : { description: said }), schema, ...example }
  })
  return once === true ? [...described, { $ref: '#/components/parameters/IdempotencyKey' }] : described
}

const commonParameters: Readonly<Record<string, string>> = {
  limit: 'How many items a page holds at most.',
  cursor: '`nextCursor` of the page before, unchanged.',
}

function bodyOf({ requestBody }: ApiOperation, { body, bodies }: Operation): ApiOperation['requestBody'] {
  if (bodies !== undefined) return { required: true, content: unschematic(bodies) }
  if (requestBody === undefined) return undefined
  const content = Object.entries(requestBody.content).map(([type, it]): [string, MediaType] => [
    type,
    body === undefined ? it : { ...it, example: body },
  ])
  return { ...requestBody, content: Object.fromEntries(content) }
}

/** Bodies that no schema describes, with an example where there is a text. */
function unschematic(bodies: Readonly<Record<string, string | undefined>>): Record<string, MediaType> {
  const described = Object.entries(bodies).map(([type, example]): [string, MediaType] => {
    if (example === undefined) return [type, {}]
    const isJson = type === 'application/json'
    return [type, { schema: isJson ? {} : { type: 'string' }, example: isJson ? JSON.parse(example) : example }]
  })
  return Object.fromEntries(described)
}

function answersOf(raw: ApiOperation, entry: Operation): ApiOperation['responses'] {
  const counted = raw['x-rate-class'] === 'none' ? [] : (['ratelimit', 'ratelimit-policy'] as const)
  const told = headers('x-request-id', ...counted)
  if (entry.redirects === true) return browserAnswers(entry, told)
  const described = Object.entries(raw.responses).map(([status, answer]): [string, ApiResponse] => [
    status,
    { description: saidOf(status, entry), headers: told, ...contentOf(answer, status, entry) },
  ])
  return Object.fromEntries(described)
}

/** Of routes that browsers come to by themselves: to who accepts HTML, whatever isn't a redirection is a page. */
function browserAnswers({ answers }: Operation, told: ReturnType<typeof headers>): ApiOperation['responses'] {
  const page = { headers: told, content: { 'text/html': {} } }
  return {
    ...(answers === undefined ? {} : { '200': { description: 'A page that asks.', ...page } }),
    '303': { description: 'The browser is sent on.', headers: { ...told, ...headers('location') } },
    default: { description: 'A page that tells what is wrong, where `Accept` names `text/html`.', ...page },
  }
}

function contentOf(answer: ApiResponse, status: string, { answer: example, answers, accepted }: Operation) {
  if (answer.content === undefined)
    return answers === undefined || status === '204' ? {} : { content: unschematic(answers) }
  const shown = status === '202' ? accepted : example
  const content = Object.entries(answer.content).map(([type, it]): [string, MediaType] => [
    type,
    shown === undefined ? it : { ...it, example: shown },
  ])
  return { content: Object.fromEntries(content) }
}

function saidOf(status: string, { answer }: Operation): string {
  if (status === '201') return 'It was made.'
  if (status === '202')
    return answer === undefined ? 'It was taken, whatever comes of it.' : 'A second factor is asked for.'
  return status === '204' ? 'It is done; the answer has no body.' : 'The answer.'
}

/** Who may ask, in words. */
function accessSentence(raw: ApiOperation): string {
  const permission = raw['x-permission']
  if (!isPermission(permission)) return 'Anybody may ask.'
  const holders: readonly Role[] = permissions[permission].roles
  const keys = mayKeys(raw, permission)
  const asked = `Needs the permission \`${permission}\`: of people, ${listOf(holders)}`
  const machines = keys === undefined ? 'no API key' : keys === 'scope' ? 'API keys with that scope' : 'any API key'
  const proof = raw['x-step-up'] === true ? ' Only within ten minutes of proving who you are (`stepUp`).' : ''
  return `${asked}; ${machines}.${proof}`
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function isPermission(text: string | undefined): text is Permission {
  return text !== undefined && Object.hasOwn(permissions, text)
}

/** How API keys may; undefined where none may, as where a fresh proof is asked for, which no key has. */
function mayKeys(raw: ApiOperation, permission: Permission): 'scope' | 'always' | undefined {
  const { keys } = permissions[permission]
  return keys === 'never' || raw['x-step-up'] === true ? undefined : keys
}

function securityOf(raw: ApiOperation): NonNullable<ApiOperation['security']> {
  const permission = raw['x-permission']
  if (!isPermission(permission)) return []
  const keys = mayKeys(raw, permission) === undefined ? [] : [{ apiKey: [] }]
  return [{ accessToken: [] }, { session: [] }, ...keys]
}
