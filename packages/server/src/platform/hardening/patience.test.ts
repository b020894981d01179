import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import type { Http } from '../http-application.ts'
import { waitForBodies, waitForWork } from './patience.ts'

const silenceMs = 1_000
const head = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 8\r\nconnection: close\r\n\r\n`

/** A server whose work takes three times as long as a connection may be silent. */
async function start({ patient }: { readonly patient: boolean }): Promise<number> {
  const http = Fastify({ connectionTimeout: silenceMs, forceCloseConnections: true })
  const hooked = http as unknown as Http
  if (patient) waitForWork(hooked, silenceMs)
  waitForBodies(hooked, 2 * silenceMs)
  http.post('/work', async () => {
    await sleep(3 * silenceMs)
    return 'done'
  })
  http.post('/upload', { config: { bodyTimeoutMs: 60_000 } }, async () => 'done')
  await http.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => http.close())
  return (http.server.address() as AddressInfo).port
}

/** All that a server answers to what a client sends, a part after another, each just before the connection would count as silent. */
async function answerTo(port: number, parts: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  let answer = ''
  socket.setEncoding('utf8').on('data', (text) => (answer += text))
  const closed = once(socket, 'close')
  for (const part of parts) {
    socket.write(part)
    await Promise.race([sleep(silenceMs / 2), closed])
  }
  await closed
  return answer
}

test('P5.3: work that takes longer than a connection may be silent is answered, where it used to be cut off', async () => {
  expect(await answerTo(await start({ patient: false }), [`${head('/work')}bodybody`])).toBe('')
  expect(await answerTo(await start({ patient: true }), [`${head('/work')}bodybody`])).toMatch(
    /^HTTP\/1\.1 200 .*done$/s,
  )
})

test('P5.3: a body that takes longer than its route allows is told so with the seconds to wait, and never reaches it', async () => {
  const drip = [head('/work'), ...Array.from('bodybod')]
  const answer = await answerTo(await start({ patient: true }), drip)
  expect(answer).toMatch(/^HTTP\/1\.1 408 .*retry-after: \d+\r\n/s)
})

test('a route may allow its bodies more time', async () => {
  const drip = [head('/upload'), ...Array.from('bodybody')]
  expect(await answerTo(await start({ patient: true }), drip)).toMatch(/^HTTP\/1\.1 200 .*done$/s)
})

/** A server whose answer comes in two parts of so many bytes, with a pause between them. */
async function startStream(partBytes: number, pauseMs: number): Promise<number> {
  const http = Fastify({ connectionTimeout: silenceMs, forceCloseConnections: true })
  waitForWork(http, silenceMs)
  http.get('/stream', { config: { longAnswer: true } as never }, async (_request, reply) =>
    reply.send(Readable.from(parts(partBytes, pauseMs), { objectMode: false })),
  )
  await http.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => http.close())
  return (http.server.address() as AddressInfo).port
}

async function* parts(partBytes: number, pauseMs: number): AsyncGenerator<string> {
  yield 'a'.repeat(partBytes)
  await sleep(pauseMs)
  yield 'z'.repeat(partBytes)
}

const getStream = 'GET /stream HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'

test('P5.3: an answer that comes in parts is not cut while the server works on the next, however long that takes', async () => {
  expect(await answerTo(await startStream(1_000, 3 * silenceMs), [getStream])).toContain('z'.repeat(1_000))
})

test('P5.3: who takes nothing of such an answer is cut, and what it was made of is let go', async () => {
  const socket = connect(await startStream(64 * 2 ** 20, 0), '127.0.0.1').on('error', () => undefined)
  const closed = once(socket, 'close')
  socket.write(getStream)
  // Not even a byte is read until the server has given up.
  socket.pause()
  await sleep(4 * silenceMs)
  socket.resume()
  let taken = 0
  socket.on('data', ({ length }) => (taken += length))
  await closed
  expect(taken).toBeLessThan(64 * 2 ** 20)
})
