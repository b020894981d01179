import { type ProblemCode, problems } from '@afterai/contract'
import type { Operation } from '@afterai/contract/operations'
import type { ApiHeader, ApiOperation, ApiResponse, JsonSchema, MediaType } from './open-api.ts'

/** The schema of a problem (RFC 9457), as all routes but OpenTelemetry's answer errors. */
export const problemSchema: JsonSchema & Record<string, unknown> = {
  type: 'object',
  description: 'Why a request was refused (RFC 9457). `code` is the contract: texts may change.',
  properties: {
    type: { type: 'string', const: 'about:blank' },
    code: { type: 'string', enum: Object.keys(problems), description: 'A code of docs/reference/errors.md.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    remedy: { type: 'string', description: 'What to do about it.' },
    instance: { type: 'string', description: 'The request’s id, as in `x-request-id`.' },
    permission: { type: 'string', description: 'What the caller lacks, where that is why.' },
    errors: {
      type: 'array',
      description: 'What is wrong where: a JSON pointer into the request, or a place in a file.',
      items: {
        type: 'object',
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
        required: ['pointer', 'detail'],
      },
    },
    moreErrors: { type: 'integer', description: 'Faults of a file beyond those in `errors`.' },
  },
  required: ['type', 'code', 'title', 'status', 'remedy', 'instance'],
}

/** google.rpc.Status, as OpenTelemetry's exporters read it. */
export const statusSchema: JsonSchema = {
  type: 'object',
  description: 'Why OpenTelemetry’s request was refused (google.rpc.Status).',
  properties: { code: { type: 'integer' }, message: { type: 'string' } },
  required: ['code', 'message'],
}

/** Problems that any route may answer with, whoever asks. */
const always: readonly ProblemCode[] = ['invalid_request', 'not_encrypted', 'internal_error', 'overloaded']
/** Problems of routes whose requests are counted, which is done in the database. */
const ofCounted: readonly ProblemCode[] = ['too_many_requests', 'database_unavailable', 'storage_damaged']
const ofBodies: readonly ProblemCode[] = ['malformed_body', 'payload_too_large', 'unsupported_media_type']
const ofCallers: readonly ProblemCode[] = ['unauthenticated', 'session_revoked', 'forbidden', 'tenant_suspended']
const ofWrites: readonly ProblemCode[] = ['outrun', 'storage_full', 'log_tampered', 'log_went_back']

/** The problems that a route may answer with: those of its kind, and its own; in the order of the table. */
export function problemsOf(method: string, raw: ApiOperation, { once, problems: own = [] }: Operation): ProblemCode[] {
  const isWrite = method !== 'GET'
  const isGuarded = raw['x-permission'] !== 'public'
  const inPlace = (place: string): string[] =>
    (raw.parameters ?? []).flatMap(({ name, in: where }) => (where === place && name !== undefined ? [name] : []))
  const found = new Set<ProblemCode>([
    ...always,
    ...(isWrite ? ofWrites : []),
    ...(isWrite && method !== 'DELETE' ? ofBodies : []),
    ...(isGuarded ? ofCallers : []),
    ...(isGuarded && isWrite ? (['cross_origin'] as const) : []),
    ...(raw['x-across-tenants'] === true ? (['provider_session'] as const) : []),
    ...(raw['x-step-up'] === true ? (['step_up_required', 'provider_proof_required'] as const) : []),
    ...(raw['x-rate-class'] === 'none' ? [] : ofCounted),
    ...(inPlace('path').length > 0 ? (['not_found'] as const) : []),
    ...(inPlace('query').includes('cursor') ? (['invalid_cursor'] as const) : []),
    ...(once === true ? (['idempotency_conflict'] as const) : []),
    ...own,
  ])
  return (Object.keys(problems) as ProblemCode[]).filter((code) => found.has(code))
}

/** Answers with problems, by status: a name under which they are kept once, and what they say. */
export function problemAnswers(
  codes: readonly ProblemCode[],
  form: Operation['errors'],
): { status: string; name: string; answer: ApiResponse }[] {
  const byStatus = Map.groupBy(codes, (code) => problems[code][0])
  return [...byStatus].map(([status, codes]) => ({
    status: String(status),
    name: [status, ...(form === undefined ? [] : [form]), ...codes].join('.'),
    answer: form === 'otlp' ? otlpAnswer(status, codes) : problemAnswer(status, codes),
  }))
}

function problemAnswer(status: number, codes: readonly ProblemCode[]): ApiResponse {
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]))
  const body: MediaType = { schema: { $ref: '#/components/schemas/Problem' }, examples }
  return { ...common(status, codes), content: { 'application/problem+json': body } }
}

function otlpAnswer(status: number, codes: readonly ProblemCode[]): ApiResponse {
  const schema = { $ref: '#/components/schemas/OtlpStatus' }
  return { ...common(status, codes), content: { 'application/json': { schema }, 'application/x-protobuf': {} } }
}

function common(status: number, codes: readonly ProblemCode[]): Pick<ApiResponse, 'description' | 'headers'> {
  const waits = codes.some((code) => problems[code][0] === 429 || problems[code][0] === 503 || code === 'slow_down')
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code][1]}.`).join('\n\n'),
    headers: {
      ...headers('x-request-id'),
      ...(waits ? headers('retry-after') : {}),
      ...(status === 429 ? headers('ratelimit', 'ratelimit-policy') : {}),
    },
  }
}

/** References to headers of the description. */
export function headers(...names: readonly (keyof typeof answerHeaders)[]): Record<string, ApiHeader> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}

function exampleOf(code: ProblemCode): Readonly<Record<string, unknown>> {
  const [status, title, remedy] = problems[code]
  return { type: 'about:blank', code, title, status, remedy, instance: requestId }
}

const requestId = '7d9f2c1e-4b6a-4e85-9c3d-0a8f5e2b7c61'

/** Headers of answers. */
export const answerHeaders = {
  'x-request-id': {
    description: 'The request’s id, as in the server’s log, the audit trail, and a problem’s `instance`.',
    schema: { type: 'string', format: 'uuid' },
    example: requestId,
  },
  ratelimit: {
    description: 'What is left of the quota, and for how many seconds (draft-ietf-httpapi-ratelimit-headers).',
    schema: { type: 'string' },
    example: '"read-by-principal";r=598;t=41',
  },
  'ratelimit-policy': {
    description: 'The quota that the request counts against, and its window in seconds.',
    schema: { type: 'string' },
    example: '"read-by-principal";q=600;w=60',
  },
  'retry-after': {
    description: 'How many seconds to wait before asking again.',
    schema: { type: 'integer' },
    example: 1,
  },
  location: {
    description: 'Where the browser is sent.',
    schema: { type: 'string' },
    example: '/',
  },
} as const satisfies Readonly<Record<string, ApiHeader>>
