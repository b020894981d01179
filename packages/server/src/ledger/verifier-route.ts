import { readFile } from 'node:fs/promises'
import { ProblemError } from '@afterai/contract'
import { unaudited } from '../audit/index.ts'
import type { Http } from '../platform/http-application.ts'

// Made by `npm run build`. The built server lies as deep below the packages as this file does.
const place = new URL('../../../console/dist/verifier.html', import.meta.url)

/**
 * `/verifier.html`: the page that verifies a record's file without a network, to be kept. It is the same for everybody, so anybody may have
 * it; it comes as an attachment, since what it is good for begins where no server is asked.
 */
export function verifierRoute(http: Http): void {
  http.get(
    '/verifier.html',
    { config: { permission: 'public', audits: unaudited.nothingOfATenant }, schema: { hide: true } },
    async (_request, reply) => {
      const bytes = await readFile(place).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause
        throw new ProblemError('not_found', { detail: 'the verifier was not built with this server: npm run build' })
      })
      return reply
        .type('text/html; charset=utf-8')
        .header('content-disposition', 'attachment; filename="verify.html"')
        .header('cache-control', 'no-cache')
        .send(bytes)
    },
  )
}
