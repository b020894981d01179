import type { FastifyRequest } from 'fastify'
import type { Http } from './http-application.ts'

/** How long a body may go on arriving once the server stops. */
const bodyPatienceMs = 3_000

/** Ends connections with their answers meanwhile: a client whose connection ends so makes the next one elsewhere; one that is cut off sees an error. */
export function endConnectionsWhile(http: Http, isStopping: () => boolean): void {
  http.addHook('onSend', async (_request, reply) => {
    if (isStopping()) reply.header('connection', 'close')
  })
}

/** The requests that are being worked on or answered. */
export function watchRequests(http: Http): ReadonlySet<FastifyRequest> {
  const underWay = new Set<FastifyRequest>()
  http.addHook('onRequest', async (request, reply) => {
    underWay.add(request)
    reply.raw.once('close', () => underWay.delete(request))
  })
  return underWay
}

/**
 * Breaks off what is still arriving a little later: how long a body takes is for its client to say, and none may hold up a stop until the
 * whole process is cut off. Nothing of it was acknowledged.
 */
export function breakOffBodies(underWay: ReadonlySet<FastifyRequest>): NodeJS.Timeout {
  const breakOff = (): void => {
    for (const { raw } of underWay) if (!raw.complete) raw.destroy()
  }
  return setTimeout(breakOff, bodyPatienceMs).unref()
}
