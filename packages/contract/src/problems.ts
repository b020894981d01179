/**
 * Every problem that the API answers with, by its stable code: HTTP status, title, and what to do about it.
 * `docs/reference/errors.md` is generated from this table. Source: RFC 9457.
 */
export const problems = {
  invalid_request: [
    400,
    'The request is not valid',
    'Mend the fields that `errors` names by JSON pointer, and send it again.',
  ],
  authorization_pending: [400, 'Nobody has decided yet', 'Ask again after the seconds of `interval` (RFC 8628).'],
  slow_down: [400, 'You ask too often', 'Wait the seconds in Retry-After between two requests from now on (RFC 8628).'],
  expired_token: [400, 'The device code has expired, was used, or is unknown', 'Begin again for a new code.'],
  malformed_body: [400, 'The body cannot be read', 'Send valid JSON, with the matching Content-Type.'],
  invalid_cursor: [
    400,
    'The cursor is not valid',
    'Use `nextCursor` of the page before, unchanged, or start without a cursor.',
  ],
  unauthenticated: [
    401,
    'No valid credential was given',
    'Send `Authorization: Bearer <access token or API key>`, or sign in again.',
  ],
  invalid_credentials: [
    401,
    'The e-mail address, the password or the tenant is wrong',
    'Check all three. If you belong to several tenants, name one.',
  ],
  invalid_code: [401, 'The code is not valid', 'It may be mistyped, used already, or expired. Ask for a new one.'],
  sign_in_failed: [
    401,
    'Signing in with the identity provider failed',
    'Begin again. If it stays, give `instance` to an administrator: the audit trail tells more.',
  ],
  invalid_second_factor: [
    401,
    'The second factor is not valid',
    'A code may be mistyped, out of date or used already: wait for the next one, or use another factor.',
  ],
  sign_in_expired: [
    401,
    'The sign-in has expired',
    'Begin again with e-mail address and password: a second factor is awaited for five minutes and five tries.',
  ],
  session_revoked: [
    401,
    'The session has ended',
    'Sign in again. A refresh handle that is used twice ends its session.',
  ],
  single_sign_on_required: [
    403,
    'This tenant is signed in to by its identity provider',
    'Sign in with it: `afterai login --sso --tenant SLUG`. Only a break-glass account may use its password or passkey here.',
  ],
  provider_session: [
    403,
    'A session of an identity provider cannot do this',
    'A provider speaks for its own tenant alone. Sign in with credentials of your own.',
  ],
  not_let_in: [
    403,
    'The identity provider knows you, and this tenant does not let you in',
    'Ask an administrator of the tenant: `detail` tells what is missing.',
  ],
  access_denied: [403, 'The request was denied', 'Whoever was asked said no. Begin again if that was a mistake.'],
  not_encrypted: [
    421,
    'The request did not come over TLS',
    'Use the https address. To the operator: name the proxies that end TLS in AFTERAI_TRUSTED_PROXIES, and have them send `X-Forwarded-Proto: https`.',
  ],
  forbidden: [
    403,
    'You may not do this',
    'Ask an administrator for a role, or for a key scope, that holds the permission in `permission`.',
  ],
  step_up_required: [
    403,
    'Show again that it is you',
    'POST /v1/session/step-up with your password, a code or a passkey, and send the request again within ten minutes.',
  ],
  provider_proof_required: [
    403,
    'Show again that it is you',
    'Sign in with the identity provider again, and send the request again within ten minutes.',
  ],
  tenant_suspended: [
    403,
    'The tenant is suspended',
    'Ask whoever operates this instance. What the tenant holds is kept; nobody reaches it until it is resumed.',
  ],
  last_admin: [
    409,
    'A tenant keeps an administrator',
    'Make another member an admin first; then this one can be changed, disabled or removed.',
  ],
  cross_origin: [
    403,
    'The request came from another site',
    'A request with a session cookie that changes something must come from the same origin.',
  ],
  self_approval: [
    403,
    'The author of a decision cannot approve it',
    'Ask another person with the approver or admin role.',
  ],
  not_found: [
    404,
    'There is no such thing here',
    'Check the identifier. What belongs to other tenants is not found either.',
  ],
  conflict: [409, 'It already exists', 'Use the one that exists, or choose another name.'],
  idempotency_conflict: [
    409,
    'The idempotency key was used for another request',
    'Use a new Idempotency-Key for a new request.',
  ],
  invalid_transition: [409, 'The state does not allow this', 'Read it again: `detail` tells the state it is in.'],
  evidence_changed: [
    409,
    'The evidence has changed since you read it',
    'Read the decision again, and approve what it now says.',
  ],
  policy_changed: [
    409,
    'The rules have changed since you read them',
    'Read them again, and set yours on top of what holds now. `detail` tells who set what meanwhile.',
  ],
  payload_too_large: [413, 'The body is too large', 'Send less at once; `detail` tells the limit.'],
  unsupported_media_type: [
    415,
    'The media type is not supported',
    'Send the Content-Type that /openapi.json names for this address.',
  ],
  unreadable_evaluation: [
    422,
    'The evaluation file was not imported',
    'Mend what `errors` lists, each with its place and what to do about it. `afterai import FILE --dry-run` reads a file without sending it. Nothing of it was kept.',
  ],
  unusable_provider: [
    422,
    'The identity provider cannot be used',
    'Mend what `detail` tells, and send it again. Nothing was kept.',
  ],
  not_assessable: [
    422,
    'These evaluations cannot be compared',
    'Import evaluations that share case ids and a metric: `detail` tells what is missing. Nothing was kept.',
  ],
  too_many_requests: [
    429,
    'Too many requests',
    'Wait for the seconds in Retry-After. The RateLimit headers tell what is left.',
  ],
  too_many_attempts: [
    429,
    'Too many failed attempts',
    'Wait for the seconds in Retry-After. From where you have signed in before, others’ attempts don’t delay you.',
  ],
  too_many_codes: [
    429,
    'Too many wrong codes',
    'Wait for the seconds in Retry-After, or use a passkey or a recovery code.',
  ],
  internal_error: [
    500,
    'Something went wrong on our side',
    'Try again; if it stays, give `instance` to whoever operates this server.',
  ],
  overloaded: [
    503,
    'The server has too much to do',
    'Send it again after the seconds in Retry-After. Nothing of it was kept.',
  ],
  provider_unavailable: [
    502,
    'The identity provider does not answer',
    'Try again. If it stays, a break-glass account can sign in with its password.',
  ],
  database_unavailable: [
    503,
    'The database does not answer',
    'Send it again after the seconds in Retry-After, with the same Idempotency-Key if it changes something: whether the last attempt arrived may not be known.',
  ],
  outrun: [
    503,
    'Another request was first',
    'Send it again after the seconds in Retry-After: two were made at the same moment, and this one changed nothing.',
  ],
  not_ready: [503, 'The server is not ready', 'Wait for the seconds in Retry-After.'],
  storage_full: [
    507,
    'The database has no room left',
    'Nothing of this request was kept. Whoever operates this server must make room; then send it again.',
  ],
  storage_damaged: [
    500,
    'The database can’t read a part of what it holds',
    'Ask whoever operates this server to check the database’s storage and to restore a backup: `afterai log verify` and `afterai doctor` tell which entries of a log it is about.',
  ],
  log_tampered: [
    503,
    'The log was changed behind AfterAI, and nothing more is signed for it',
    'What is there can still be read. Whoever operates this server finds what was changed with `afterai log verify` and `afterai doctor`, and restores it; only `afterai log accept-loss` goes on without.',
  ],
  log_went_back: [
    503,
    'The log has fewer or other entries than were signed, and nothing more is signed for it',
    'What is there can still be read. Whoever operates this server brings the newer database back; only `afterai log accept-loss` goes on without what is lost.',
  ],
  ledger_unavailable: [
    503,
    'The record is kept but not yet sealed',
    'Send the same request with the same Idempotency-Key again: it answers once the log has integrated it.',
  ],
} as const satisfies Record<string, readonly [status: number, title: string, remedy: string]>

/** A stable problem code. */
export type ProblemCode = keyof typeof problems

/** One fault of a request's body or of an uploaded file. */
export interface FieldError {
  /** JSON pointer into the request's body (RFC 6901), or a place in a file: `line 3, column score`. */
  readonly pointer: string
  readonly detail: string
}

/** Additional members that a problem may carry. */
export interface ProblemFields {
  readonly detail?: string
  readonly errors?: readonly FieldError[]
  readonly permission?: string
  readonly retryAfterSeconds?: number
  /** Faults of a file beyond those in `errors`. */
  readonly moreErrors?: number
}

/** The error that stops a request. The code is the contract; the boundary maps it to RFC 9457 `application/problem+json`. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly fields: ProblemFields

  constructor(code: ProblemCode, fields: ProblemFields = {}, options?: ErrorOptions) {
    super(fields.detail ?? problems[code][1], options)
    this.name = 'ProblemError'
    this.code = code
    this.fields = fields
  }
}
