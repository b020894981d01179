import type { IncomingMessage } from 'node:http'
import { ProblemError } from '@afterai/contract'
import { isLoopback } from '../configuration-kinds.ts'
import type { Http } from '../http.ts'

/**
 * Refuses every request that may have crossed a network unencrypted: one that no named proxy says to have got by https, unless it comes
 * from this machine (ADR 0019). What tells that the process lives is exempt (`rateClass: 'none'`); it takes no credential.
 */
export function refusePlainHttp(http: Http, isProxy: (address: string) => boolean): void {
  http.addHook('onRequest', async ({ raw, routeOptions }, reply) => {
    if (routeOptions.config.rateClass === 'none' || cameOverTls(raw, isProxy)) return
    reply.header('connection', 'close')
    throw new ProblemError('not_encrypted')
  })
}

function cameOverTls({ socket, headers }: IncomingMessage, isProxy: (address: string) => boolean): boolean {
  const peer = socket.remoteAddress ?? ''
  if (!isProxy(peer)) return isLoopback(peer.replace(/^::ffff:(?=\d+\.)/i, ''))
  // Of several words the last is the proxy's own; those before it are what its client wrote.
  const forwarded = [headers['x-forwarded-proto'] ?? ''].flat().join(',')
  return forwarded.split(',').at(-1)?.trim().toLowerCase() === 'https'
}
