import { operations, operationTags } from '@afterai/contract/operations'
import type { Http } from '../../platform/http-application.ts'
import { describeOperation } from './describe-operation.ts'
import type { ApiOperation, ApiResponse, JsonSchema, OpenApi } from './open-api.ts'
import { answerHeaders, problemAnswers, problemSchema, problemsOf, statusSchema } from './problem-answers.ts'

type Paths = Record<string, Record<string, ApiOperation>>

/**
 * The OpenAPI description of an application: the one place where routes, which bring schemas and permissions, meet what the contract
 * says of them by name. A route without an entry stays as bare as it is; a test finds it.
 */
export function composeDescription(http: Http): OpenApi {
  const raw = http.swagger() as unknown as { openapi: string; paths: Paths; components?: { schemas?: Schemas } }
  const responses = new Map<string, ApiResponse>()
  const paths: Paths = {}
  for (const [rawPath, methods] of Object.entries(raw.paths)) {
    const path = rawPath.replace('{*}', '{tile}')
    paths[path] = Object.fromEntries(
      Object.entries(methods).map(([method, operation]) => [method, joined(method, path, operation)]),
    )
  }

  function joined(method: string, path: string, operation: ApiOperation): ApiOperation {
    const verb = method.toUpperCase()
    const entry = operations[`${verb} ${path}`]
    if (entry === undefined) return operation
    const described = describeOperation(operation, entry)
    const answers = problemAnswers(problemsOf(verb, operation, entry), entry.errors).map(({ status, name, answer }) => {
      responses.set(name, answer)
      return [status, { $ref: `#/components/responses/${name}` }] as const
    })
    return { ...described, responses: { ...described.responses, ...Object.fromEntries(answers) } }
  }

  const kept = [...responses].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const schemas = { ...raw.components?.schemas, Problem: problemSchema, OtlpStatus: statusSchema }
  return {
    openapi: raw.openapi,
    info,
    servers,
    tags: Object.entries(operationTags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: usedSchemas(schemas, { paths, kept }),
      responses: Object.fromEntries(kept),
      headers: answerHeaders,
      parameters: { IdempotencyKey: idempotencyKey },
      securitySchemes,
    },
  }
}

type Schemas = Readonly<Record<string, JsonSchema>>

/** The schemas that something refers to, directly or through another. */
function usedSchemas(schemas: Schemas, roots: unknown): Schemas {
  const used = new Set<string>()
  const follow = (it: unknown): void => {
    for (const [, name = ''] of JSON.stringify(it).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue
      used.add(name)
      follow(schemas[name] ?? {})
    }
  }
  follow(roots)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
}

const info = {
  title: 'AfterAI',
  version: '1',
  summary: 'Record, assess, decide and seal changes of AI systems.',
  description: [
    'Every request and answer is JSON unless said otherwise; fields that aren’t known are refused. Errors are problem details (RFC 9457) whose `code` is the contract.',
    'Lists come by the page: ask again with `nextCursor` until it is null. Operations that take an `Idempotency-Key` may be sent again with the same key and change nothing twice. After a 429 or a 503, wait for the seconds of `Retry-After`.',
    'Each operation names the permission that it needs (`x-permission`), the class of requests that it is counted in (`x-rate-class`), and whether it asks for a recent proof of who you are (`x-step-up`).',
  ].join('\n\n'),
  license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
}

const servers = [
  { url: '/', description: 'The server that answers this description.' },
  { url: 'http://127.0.0.1:4680', description: 'A server started with `npm start`.' },
]

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Any text of 1 to 255 visible ASCII characters, such as a UUID. The same request with the same key is answered as the first was and changes nothing again.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  example: '2f1c9d3e-7b6a-4e85-9c3d-0a8f5e2b7c61',
}

const securitySchemes = {
  accessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The access token of a session: minutes long, renewed by `refreshSession`.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'aftr_…',
    description: 'An API key, for machines: it may do what its scopes say, and never what is a person’s alone.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-afterai_session',
    description:
      'A browser’s session. A request that changes something must come from the same origin. Without https the cookie has no prefix.',
  },
}
