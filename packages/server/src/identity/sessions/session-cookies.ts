import type { Session } from '@afterai/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SessionCookies } from '../../access/index.ts'
import { deviceLabel } from './device-label.ts'
import type { Origin } from './session-service.ts'

/** Answers a session, as cookies for browsers and as a body for others. */
export function answerSession(cookies: SessionCookies, reply: FastifyReply, session: Session): Session {
  const common = { path: '/', httpOnly: true, secure: cookies.secure, sameSite: 'strict' } as const
  reply.setCookie(cookies.sessionCookie, session.accessToken, {
    ...common,
    expires: new Date(session.accessTokenExpiresAt),
  })
  reply.setCookie(cookies.refreshCookie, session.refreshHandle, { ...common, expires: new Date(session.expiresAt) })
  return session
}

/** Where a request of nobody in particular comes from. */
export function originOf(request: FastifyRequest): Origin {
  return { address: request.ip, requestId: request.id, device: deviceLabel(request.headers['user-agent']) }
}

/** Takes the browser's session away. */
export function withoutCookies(cookies: SessionCookies, reply: FastifyReply): void {
  for (const name of [cookies.sessionCookie, cookies.refreshCookie]) reply.clearCookie(name, { path: '/' })
}
