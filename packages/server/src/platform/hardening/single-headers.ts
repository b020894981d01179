import { ProblemError } from '@afterai/contract'
import type { Http } from '../http-application.ts'

/** Headers that say who asks, from where, or how the body is to be read: of two of them, ours and a proxy's readers may each take another. */
const single = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'origin',
  'sec-fetch-site',
  'transfer-encoding',
])

/** Refuses a request that says one of these twice. Node keeps the first of some and joins others. */
export function refuseRepeatedHeaders(http: Http): void {
  http.addHook('onRequest', async ({ raw: { rawHeaders } }) => {
    let seen: Set<string> | undefined
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index]?.toLowerCase() ?? ''
      if (!single.has(name)) continue
      if (seen?.has(name) === true) {
        throw new ProblemError('invalid_request', {
          errors: [{ pointer: `/headers/${name}`, detail: 'comes more than once' }],
        })
      }
      seen = (seen ?? new Set()).add(name)
    }
  })
}
