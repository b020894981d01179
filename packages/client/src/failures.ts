/** A request that the server refused: RFC 9457’s problem details, as far as it gave them. A proxy in between may answer too. */
export class ApiProblem extends Error {
  readonly status: number
  /** A code of docs/reference/errors.md; `unknown` where the answer has none. */
  readonly code: string
  /** All members of the answer's body, as they came; none if no object. */
  readonly problem: Readonly<Record<string, unknown>>
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, body: unknown, retryAfterMs?: number) {
    const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
    const { code, title, detail } = problem
    super([title ?? `HTTP ${status}`, detail].filter((part) => typeof part === 'string').join(': '))
    this.name = 'ApiProblem'
    this.status = status
    this.code = typeof code === 'string' ? code : 'unknown'
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }
}

/** A request that was not answered: nobody listens, the connection broke, or it took too long. It may have arrived. */
export class NoAnswer extends Error {
  /** The address that was asked, without path and query. */
  readonly endpoint: string
  /** The network's code for the failure, such as `ECONNREFUSED`, or `TIMEOUT`, or `TOO_LARGE` for an answer that isn't read; undefined where it gives none. */
  readonly code: string | undefined

  constructor(endpoint: string, code: string | undefined) {
    super(`No answer from ${endpoint}${code === undefined ? '' : ` (${code})`}.`)
    this.name = 'NoAnswer'
    this.endpoint = endpoint
    this.code = code
  }
}
