import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let origin: string

beforeAll(async () => {
  server = await startTestServer({ importMaxMib: 12 })
  origin = await server.http.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => server.stop())

const mebibyte = 2 ** 20

/** Returns the status, or the error, that a client gets which reads no answer before it has sent all that it has to send, as many do. */
async function answerToPatient(path: string, headers: readonly string[], pieces: readonly Buffer[]): Promise<string> {
  const { hostname, port } = new URL(origin)
  const socket = connect(Number(port), hostname).pause()
  const failed = once(socket, 'error').then(([error]) => String(error))
  const send = (bytes: Buffer): Promise<void> => new Promise((resolve) => void socket.write(bytes, () => resolve()))
  const sending = async (): Promise<string> => {
    await send(Buffer.from([`POST ${path} HTTP/1.1`, 'host: x', ...headers, '', ''].join('\r\n')))
    for (const piece of pieces) {
      await send(piece)
      // The answer is on its way, or was lost with the connection.
      await sleep(5)
    }
    const [bytes] = (await once(socket.resume(), 'data')) as [Buffer]
    return bytes.toString('latin1').slice('HTTP/1.1 '.length, 'HTTP/1.1 413'.length)
  }
  const answer = await Promise.race([sending(), failed])
  socket.destroy()
  return answer
}

const filled = (sizeBytes: number): Buffer => Buffer.alloc(sizeBytes, 'a')
const piecesOf = (sizeBytes: number): Buffer[] => Array.from({ length: 12 }, () => filled(sizeBytes / 12))
const asChunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

const doors: Record<string, readonly [path: string, mediaType: string, sizeBytes: number]> = {
  'a JSON body': ['/v1/systems', 'application/json', 3 * mebibyte],
  'a file': ['/v1/evaluations?format=csv', 'text/csv', 14 * mebibyte],
  telemetry: ['/v1/traces', 'application/json', 24 * mebibyte],
}

test.each(Object.entries(doors))(
  'P5.3: %s that is too large is refused so that its sender reads it, announced or not',
  async (_what, [path, mediaType, sizeBytes]) => {
    const headers = [`authorization: Bearer ${server.admin.token}`, `content-type: ${mediaType}`]
    const pieces = piecesOf(sizeBytes)
    expect(await answerToPatient(path, [...headers, `content-length: ${sizeBytes}`], pieces)).toBe('413')
    const chunks = [...pieces.map(asChunk), Buffer.from('0\r\n\r\n')]
    expect(await answerToPatient(path, [...headers, 'transfer-encoding: chunked'], chunks)).toBe('413')
  },
)

test('a body that is too large is answered with how large one may be', async () => {
  const body = { name: 'x'.repeat(2 * mebibyte) }
  const { token } = server.admin
  const answer = await server.send({ method: 'POST', path: '/v1/systems', token, body })
  expect([answer.status, answer.body['detail']]).toEqual([413, 'at most 1048576 bytes'])
})

test('P5.3: so is a large one that nobody may send, and one of another type', async () => {
  const sizeBytes = 12 * mebibyte
  const headers = ['content-type: text/csv', `content-length: ${sizeBytes}`]
  const pieces = piecesOf(sizeBytes)
  expect(await answerToPatient('/v1/evaluations?format=csv', headers, pieces)).toBe('401')
  const known = [...headers, `authorization: Bearer ${server.admin.token}`]
  expect(await answerToPatient('/v1/systems', known, pieces)).toBe('415')
})

test('P5.3: a body without an end is heard out no longer than its limit', async () => {
  const headers = { authorization: `Bearer ${server.admin.token}`, 'content-type': 'application/json' }
  let sentBytes = 0
  const endless = new ReadableStream({
    pull(controller) {
      sentBytes += mebibyte
      controller.enqueue(new Uint8Array(mebibyte).fill(97))
    },
  })
  const asked = fetch(`${origin}/v1/systems`, { method: 'POST', headers, body: endless, duplex: 'half' })
  await asked.then((answer) => answer.arrayBuffer()).catch(() => undefined)
  await expect
    .poll(async () => {
      const before = sentBytes
      await sleep(500)
      return sentBytes - before
    })
    .toBe(0)
  expect(sentBytes).toBeLessThan(256 * mebibyte)
})
