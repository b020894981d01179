import type { BrowserSession, Session } from '@afterai/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SessionCookies } from '../../access/index.ts'
import { deviceLabel } from './device-label.ts'
import type { Origin } from './session-service.ts'

/**
 * Answers a session: as cookies, and as a body with its secrets for those who keep them themselves. A browser's script gets no secret:
 * neither where it asks for cookies alone, nor where a cookie brought the credential, since what no script could read before none may read after.
 * @param broughtByCookie whether a cookie brought what the session is given for; a caller's own credential is looked at besides
 */
export function answerSession(
  cookies: SessionCookies,
  reply: FastifyReply,
  session: Session,
  { broughtByCookie = false }: { readonly broughtByCookie?: boolean } = {},
): Session | BrowserSession {
  const { accessToken, refreshHandle, ...told } = session
  const common = { path: '/', httpOnly: true, secure: cookies.secure, sameSite: 'strict' } as const
  reply.setCookie(cookies.sessionCookie, accessToken, { ...common, expires: new Date(session.accessTokenExpiresAt) })
  reply.setCookie(cookies.refreshCookie, refreshHandle, { ...common, expires: new Date(session.expiresAt) })
  return broughtByCookie || wantsCookiesAlone(reply.request) ? told : session
}

function wantsCookiesAlone({ headers, caller }: FastifyRequest): boolean {
  return headers['afterai-session'] === 'cookie' || caller?.principal.credential === 'cookie'
}

/** Where a request of nobody in particular comes from. */
export function originOf(request: FastifyRequest): Origin {
  return { address: request.ip, requestId: request.id, device: deviceLabel(request.headers['user-agent']) }
}

/** Takes the browser's session away. */
export function withoutCookies(cookies: SessionCookies, reply: FastifyReply): void {
  for (const name of [cookies.sessionCookie, cookies.refreshCookie]) reply.clearCookie(name, { path: '/' })
}
