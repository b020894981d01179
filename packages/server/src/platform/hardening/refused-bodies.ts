import { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Http } from '../http-application.ts'

/** Most bytes that are read and thrown away of a body whose request was answered already: twice those of the largest one that a route may be set to take. */
const mostBytes = 256 * 2 ** 20
const longestMs = 10_000

/**
 * Lets a client that still sends its body read the answer that it got: the rest is read and thrown away, up to a limit. A connection that is
 * closed with bytes unread is reset, and a reset takes the answer with it: the client would see a broken pipe where a refusal was written. A client that asked for its connection to be closed gets that.
 */
export function hearOut(http: Http): void {
  http.addHook('onSend', async (request, reply) => {
    const { complete, destroyed, socket } = request.raw
    // What is injected has no connection.
    if (!complete && !destroyed && socket instanceof Socket) discardRest(request, reply)
  })
}

function discardRest({ raw }: FastifyRequest, reply: FastifyReply): void {
  // Fastify closes the connection of a body that it refuses.
  reply.removeHeader('connection')
  const { socket } = raw
  const giveUp = setTimeout(() => socket.destroy(), longestMs).unref()
  let left = mostBytes
  raw.on('data', (piece: Buffer) => {
    left -= piece.length
    if (left < 0) socket.destroy()
  })
  raw.once('close', () => clearTimeout(giveUp))
  raw.resume()
}
