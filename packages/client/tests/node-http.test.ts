import { Blob } from 'node:buffer'
import { expect, test } from 'vitest'
import { createTransport, type Fetch, type FetchRequest } from '../src/index.ts'
import { createHttpFetch } from '../src/node-http.ts'
import { type Reply, startStandIn } from './stand-in.ts'

const request = {
  method: 'GET',
  redirect: 'manual',
  headers: { accept: 'application/json' },
  signal: new AbortController().signal,
} as const
const senders: readonly (readonly [string, Fetch])[] = [
  ['fetch', globalThis.fetch],
  ['node:http', createHttpFetch()],
]

test.each<[string, Reply, Partial<FetchRequest>]>([
  ['an answer', [200, { a: 'ü' }, { 'x-told': 'once' }], {}],
  ['an answer without a body', [204], {}],
  ['a redirection', [302, {}, { location: 'http://127.0.0.1:9/' }], {}],
  ['a refusal', [409, { code: 'conflict' }, { 'retry-after': '3' }], { method: 'POST', body: '{"ü":1}' }],
  ['a write of nothing', [201, {}], { method: 'POST' }],
  ['a removal', [200, {}], { method: 'DELETE' }],
  ['bytes', [200, {}], { method: 'PUT', body: Uint8Array.of(98, 121, 116, 101, 115) }],
  ['a file', [200, {}], { method: 'POST', body: new Blob(['x'.repeat(200_000), 'y']) }],
])('%s is sent and read by node:http as by fetch', async (_, reply, more) => {
  const seen = await Promise.all(
    senders.map(async ([, send]) => {
      const { endpoint, received } = await startStandIn(reply)
      const answer = await send(`${endpoint}/a%20b?c=%C3%BC`, { ...request, ...more })
      const [{ method, url, headers, body } = {}] = received
      return {
        asked: [method, url, body, headers?.accept, headers?.['content-length']],
        status: answer.status,
        headers: ['Content-Type', 'x-told', 'location', 'retry-after', 'x-none'].map((name) =>
          answer.headers.get(name),
        ),
        text: Buffer.from(await answer.arrayBuffer()).toString(),
      }
    }),
  )
  expect(seen[1]).toEqual(seen[0])
})

test.each(senders)(
  '%s fails with the reason of who ends it: before, while it waits, and while it reads',
  async (_, send) => {
    const { endpoint } = await startStandIn(
      () => undefined,
      (response) => response.write('some'),
    )
    for (const when of ['before', 'waiting', 'reading', 'streaming']) {
      const end = new AbortController()
      if (when === 'before') end.abort(new Error(`gone ${when}`))
      const asked = send(endpoint, { ...request, signal: end.signal })
      const read = asked.then(async (answer) =>
        when === 'streaming' ? new Response(answer.body).text() : answer.arrayBuffer(),
      )
      setTimeout(() => end.abort(new Error(`gone ${when}`)), 50)
      await expect(read).rejects.toThrow(`gone ${when}`)
    }
  },
)

test.each(senders)(
  'a broken connection is no answer by %s, with its code, and an answer that is cut is none',
  async (_, fetch) => {
    const ask = (endpoint: string): Promise<unknown> =>
      createTransport({ endpoint, fetch, tries: 1 }).send({ method: 'GET', path: '/', repeat: 'always' })
    await expect(ask('http://127.0.0.1:1023')).rejects.toMatchObject({ name: 'NoAnswer', code: 'ECONNREFUSED' })
    const broken = await startStandIn((response) => response.destroy())
    await expect(ask(broken.endpoint)).rejects.toMatchObject({ name: 'NoAnswer' })
    const cut = await startStandIn((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":')
      setTimeout(() => response.destroy(), 20)
    })
    await expect(ask(cut.endpoint)).rejects.toMatchObject({ name: 'NoAnswer' })
  },
)

test('an answer that is larger than may be read whole is refused, asked for once, and still comes as a stream', async () => {
  const { endpoint, received } = await startStandIn((response) => response.end('x'.repeat(1001)))
  const { send, open } = createTransport({ endpoint, fetch: createHttpFetch({ mostBytes: 1000 }) })
  const asked = { method: 'GET', path: '/', repeat: 'always' } as const
  await expect(send(asked)).rejects.toMatchObject({ name: 'NoAnswer', code: 'TOO_LARGE' })
  expect(received).toHaveLength(1)
  expect(await new Response(await open(asked)).text()).toHaveLength(1001)
  const exact = await startStandIn((response) => response.end('x'.repeat(1000)))
  const whole = createTransport({ endpoint: exact.endpoint, fetch: createHttpFetch({ mostBytes: 1000 }) })
  expect((await whole.send(asked)).bytes).toHaveLength(1000)
})
