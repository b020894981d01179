import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@afterai/contract'
import { isLoopback } from '../configuration-kinds.ts'
import type { Http } from '../http-application.ts'

const unnamedProxy = 'it came through a proxy that AFTERAI_TRUSTED_PROXIES does not name, whose word is not believed'

/**
 * Refuses every request that may have crossed a network unencrypted: one that no named proxy says to have got by https, unless it comes
 * from this machine, and by its own account from nowhere else (ADR 0019). What tells that the process lives is exempt
 * (`rateClass: 'none'`); it takes no credential.
 */
export function refusePlainHttp(http: Http, isProxy: (address: string) => boolean): void {
  http.addHook('onRequest', async ({ raw, routeOptions }, reply) => {
    if (routeOptions.config.rateClass === 'none' || cameOverTls(raw, isProxy)) return
    reply.header('connection', 'close')
    const isUnnamed = !isProxy(raw.socket.remoteAddress ?? '') && isForwarded(raw)
    throw new ProblemError('not_encrypted', isUnnamed ? { detail: unnamedProxy } : {})
  })
}

function cameOverTls(request: IncomingMessage, isProxy: (address: string) => boolean): boolean {
  const { socket, headers } = request
  const peer = socket.remoteAddress ?? ''
  if (!isProxy(peer)) return isLoopback(peer.replace(/^::ffff:(?=\d+\.)/i, '')) && !isForwarded(request)
  // Of several words the last is the proxy's own; those before it are what its client wrote.
  const forwarded = [headers['x-forwarded-proto'] ?? ''].flat().join(',')
  return forwarded.split(',').at(-1)?.trim().toLowerCase() === 'https'
}

/** Whether a request says that something stands between its client and us, which may have got it in clear. */
function isForwarded({ headers }: IncomingMessage): boolean {
  return Object.keys(headers).some((name) => /^(?:x-forwarded(?:-.*)?|x-real-ip|forwarded|via)$/.test(name))
}
