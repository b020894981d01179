import { type FieldError, ProblemError, problems } from '@afterai/contract'
import { isDamage, isDatabaseAway, isOutrun, sqlState } from './database.ts'
import { JsonRefused } from './hardening/index.ts'
import type { FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod'

/** A problem as it goes on the wire (RFC 9457), with the headers that belong to it. */
export interface ProblemResponse {
  readonly status: number
  readonly retryAfterSeconds?: number
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Makes the answer to an error, and logs the error first where it is the server's own. A shed request is none: metrics count it, and a line for each
 * would be work at the wrong moment. A body that breaks off is its client's doing.
 */
export function answerTo(error: unknown, request: FastifyRequest): ProblemResponse {
  if (isBrokenOff(error, request)) {
    request.log.debug({ requestId: request.id }, 'the client went away while it sent its body')
    return toProblem(new ProblemError('malformed_body', { detail: 'the body broke off' }), request.id)
  }
  if (isTooLarge(error)) {
    const detail = `at most ${request.routeOptions.bodyLimit} bytes`
    return toProblem(new ProblemError('payload_too_large', { detail }), request.id)
  }
  const problem = toProblem(error, request.id)
  if (problem.status >= 500 && problem.body['code'] !== 'overloaded' && !isAfterTheEnd(error)) {
    request.log.error({ err: error, requestId: request.id }, 'request failed')
  }
  return problem
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE'
}

// The server has stopped, and let go of its database: whoever still asked for something has been cut off.
function isAfterTheEnd(error: unknown): boolean {
  return error instanceof Error && /^(?:driver has already been destroyed|Cannot use a pool)/.test(error.message)
}

// The same codes mean something else where they come from a connection of ours, as to the database.
function isBrokenOff(error: unknown, { raw }: FastifyRequest): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET' && raw.destroyed && !raw.complete
}

/** Maps whatever a handler threw to a problem. What we don't know stays opaque: status 500, no message, no stack. */
export function toProblem(error: unknown, requestId: string): ProblemResponse {
  return render(error instanceof ProblemError ? error : translate(error), requestId)
}

function render(error: ProblemError, requestId: string): ProblemResponse {
  const [status, title, remedy] = problems[error.code]
  const { retryAfterSeconds = status === 503 ? 1 : undefined, ...fields } = error.fields
  return {
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    body: { type: 'about:blank', code: error.code, title, status, ...fields, remedy, instance: requestId },
  }
}

function translate(error: unknown): ProblemError {
  if (isResponseSerializationError(error)) return new ProblemError('internal_error', {}, { cause: error })
  if (hasZodFastifySchemaValidationErrors(error)) {
    const context = 'validationContext' in error ? error.validationContext : 'body'
    return new ProblemError('invalid_request', { errors: error.validation.map((it) => fieldError(it, context)) })
  }
  if (!(error instanceof Error)) return new ProblemError('internal_error')
  if (error instanceof JsonRefused) return new ProblemError('malformed_body', { detail: error.message })
  if (outOfRoom.has(sqlState(error) ?? '')) return new ProblemError('storage_full', {}, { cause: error })
  if (isDamage(error)) return new ProblemError('storage_damaged', {}, { cause: error })
  if (unstorable.has(sqlState(error) ?? '')) {
    const detail = 'a text of it holds U+0000, which no database text can'
    return new ProblemError('invalid_request', { detail }, { cause: error })
  }
  if (isDatabaseAway(error)) return new ProblemError('database_unavailable', {}, { cause: error })
  if (isOutrun(error)) return new ProblemError('outrun', {}, { cause: error })
  const code = 'code' in error ? String(error.code) : ''
  return fastifyProblem(code, error) ?? new ProblemError('internal_error', {}, { cause: error })
}

/** SQLSTATE: disk_full, and the class that it belongs to. */
const outOfRoom = new Set(['53100', '53000'])

/** SQLSTATE: character_not_in_repertoire, untranslatable_character. */
const unstorable = new Set(['22021', '22P05'])

function fieldError(it: { instancePath: string; message?: string | undefined }, context: string): FieldError {
  const path = it.instancePath === '/' ? '' : it.instancePath
  const where = context === 'body' ? '' : `/${context}`
  return { pointer: `${where}${path}` || '/', detail: it.message ?? 'is not valid' }
}

function fastifyProblem(code: string, error: Error): ProblemError | undefined {
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ProblemError('unsupported_media_type')
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ProblemError('not_found', { detail: 'no route answers this address; see /openapi.json' })
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new ProblemError('malformed_body')
    default:
      // Body parsers throw SyntaxError for JSON they can't read, and for `__proto__` keys.
      if (error instanceof SyntaxError) return new ProblemError('malformed_body')
      return code.startsWith('FST_ERR_') ? refusedByFramework(error) : undefined
  }
}

// Whatever else the framework holds against a request: it says by its status whose fault it is.
function refusedByFramework(error: Error): ProblemError | undefined {
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 413) return new ProblemError('payload_too_large')
  if (status === 415) return new ProblemError('unsupported_media_type')
  if (status === 404 || status === 405) return new ProblemError('not_found')
  return status >= 400 && status < 500 ? new ProblemError('invalid_request', {}, { cause: error }) : undefined
}
