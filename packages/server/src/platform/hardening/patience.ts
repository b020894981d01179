import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Http } from '../http-application.ts'

/** So long a client has to read that it was too slow. */
const farewellMs = 1_000
const retryAfterSeconds = 10

/** Gives bodies the time that their route allows, or else `usualMs`: what comes later is answered 408, before anything was done with it. */
export function waitForBodies(http: Http, usualMs: number): void {
  http.addHook('preParsing', async ({ raw, routeOptions }, reply) => {
    if (raw.complete) return
    const timer = setTimeout(() => {
      if (!raw.complete) answerLateBody(raw.socket)
    }, routeOptions.config.bodyTimeoutMs ?? usualMs).unref()
    const arrived = (): void => clearTimeout(timer)
    raw.once('end', arrived)
    reply.raw.once('close', arrived)
  })
}

/**
 * Counts silence against a connection only while its client is waited for. While the client waits for us the connection stays, however busy
 * the machine is: what work takes is bounded where it is done, and whoever waits is told. Cut off, they would not know what was kept.
 */
export function waitForWork(http: Http, idleMs: number): void {
  http.addHook('preHandler', async ({ raw }) => allow(raw, 0))
  http.addHook('onSend', async ({ raw, routeOptions }, reply) => {
    allow(raw, idleMs)
    if (routeOptions.config.longAnswer === true) excuseOwnSilence(reply.raw, idleMs)
  })
}

/**
 * Keeps the connection of an answer that comes in parts while the server works on the next part: silence is its client's alone while
 * something lies there that it hasn't taken. (Node counts a write that goes out little by little as no silence.)
 */
function excuseOwnSilence(response: ServerResponse, idleMs: number): void {
  response.on('timeout', (socket: Socket) => {
    if (response.writableLength + socket.writableLength > 0) socket.destroy()
    else socket.setTimeout(idleMs)
  })
}

function allow({ socket }: IncomingMessage, silenceMs: number): void {
  // What is injected has no connection.
  if (socket instanceof Socket) socket.setTimeout(silenceMs)
}

/** Tells a client that its request took too long, by hand: the request that an answer would belong to isn't there yet. */
export function answerLateBody(socket: Duplex): void {
  if (!socket.writable) return void socket.destroy()
  const head = [
    'HTTP/1.1 408 Request Timeout',
    'connection: close',
    'content-length: 0',
    `retry-after: ${retryAfterSeconds}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n`)
  setTimeout(() => socket.destroy(), farewellMs).unref()
}
