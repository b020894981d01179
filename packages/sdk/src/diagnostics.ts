/** Each thing that the client may say of itself: what is so, and what to do. */
const diagnostics = {
  misconfigured: 'the client is off and delivers nothing: make it anew with options that are usable',
  unknown_field: 'there is no such field, and it is ignored',
  assumed_production: '`environment` is undefined, and counts as production',
  invalid: 'an event was dropped, because it is not what the types ask for',
  overflow: 'events were dropped, the oldest first: the server does not keep up, or does not answer',
  unreachable: 'the server does not take events; trying again, ever more slowly',
  refused: 'the server refused events, which are dropped',
  delivering: 'the server takes events again',
  digest_key: 'no digest key could be had, and what was observed with prompts or tools is dropped',
  spool: 'the spool folder cannot be used, or is full',
  worker: 'the sending thread ended; what it held is dropped, and the next one starts',
  closed:
    'the client was shut down before all was acknowledged, or told more afterwards, which is dropped: give `shutdown` more time',
  timeout: 'a flush ended before all was acknowledged: give it more time, or see whether the server answers',
} as const

/** The code of something that a host program may want to know. */
export type DiagnosticCode = keyof typeof diagnostics

/** Something about the client that its host may want to know. Never holds a value that was passed in. */
export interface Diagnostic {
  readonly code: DiagnosticCode
  /** One line for people. */
  readonly message: string
}

const isUntrusted = /CERT|SIGNATURE|TLS/
const moved = /^HTTP 3/
const odd = /^HTTP (?:4|0)/

/** Advice where it depends on what happened: on an option, the server's status, or the system's code. */
const advice: Readonly<Record<string, string>> = {
  apiKey: 'pass one that `afterai key create` made',
  endpoint: 'write it whole, such as https://afterai.example.com',
  'endpoint (plain http)': 'use https, or set `allowPlainHttp`',
  digestKey: 'pass what GET /v1/digest-key answers, or leave it out',
  'HTTP 401': 'the API key is not known, has expired, or was revoked: pass another one',
  'HTTP 403': 'the API key may not do this: it needs the scopes telemetry:write, and digest-key:read for texts',
  'HTTP 404': 'there is no AfterAI at this address: check `endpoint`',
  'HTTP 413': 'something on the way takes no body of this size: let it take 1 MB',
  ECONNREFUSED: 'nothing listens there: check host and port of `endpoint`',
  ENOTFOUND: 'the host of `endpoint` is not in the DNS',
  EAI_AGAIN: 'the DNS does not answer',
  ETIMEDOUT: 'no answer within 5 s',
  EPROTO: 'what listens there speaks no TLS: check the scheme of `endpoint`',
}

function adviceOn(detail: string): string | undefined {
  if (isUntrusted.test(detail)) return 'the certificate is not trusted: name its authority in `ca`'
  if (moved.test(detail)) return 'redirects are not followed: give the address that this one leads to'
  return (
    advice[detail] ??
    (odd.test(detail) ? 'what answers takes none of this: check `endpoint`, and the versions' : undefined)
  )
}

/** Makes a diagnostic for the host, with advice if any. */
export function diagnosticOf(code: DiagnosticCode, detail: string | undefined): Diagnostic {
  const todo = detail === undefined ? undefined : adviceOn(detail)
  const more = [detail, todo].filter((it) => it !== undefined).join(': ')
  return { code, message: `AfterAI: ${diagnostics[code]}${more === '' ? '' : ` (${more})`}` }
}
