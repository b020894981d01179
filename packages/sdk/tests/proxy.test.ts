import { createServer, request, type Server } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { AfterAI } from '../src/index.ts'
import { selfSigned } from '../testing/self-signed.ts'
import { standInApiKey, startStandIn } from '../testing/stand-in-server.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const it of open.splice(0).toReversed()) await it.close()
})

/** A forward proxy as companies have one: it alone knows where `afterai.invalid` is. */
async function startProxy(port: number): Promise<{ origin: string; asked: string[] }> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    const { pathname } = new URL(incoming.url ?? '')
    const { method = 'GET', headers } = incoming
    const outgoing = request({ host: '127.0.0.1', port, path: pathname, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    incoming.pipe(outgoing)
  })
  server.on('connect', (incoming, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url}`)
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('error', () => upstream.destroy())
  })
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

test.each(['http', 'https'] as const)(
  'P2.4: where a proxy is the only way out, all that is told goes through it, over %s',
  async (scheme) => {
    const tls = selfSigned()
    const server = await startStandIn(scheme === 'https' ? { tls } : {})
    open.push(server)
    const proxy = await startProxy(server.port)
    const afterai = new AfterAI({
      apiKey: standInApiKey,
      endpoint: `${scheme}://afterai.invalid:${server.port}`,
      allowPlainHttp: true,
      ca: tls.cert,
      proxy: proxy.origin,
    })
    open.push({ close: () => afterai.shutdown(0) })
    const bot = afterai.system('bot')
    bot.observe({ model: { name: 'm' }, prompts: { p: 'Be kind.' } })
    for (let n = 0; n < 1000; n++) bot.measure({ latencyMs: n })
    expect(await afterai.flush(20_000)).toBe(true)
    expect(server.events()).toHaveLength(1001)
    expect(server.faults).toEqual([])
    const where = `afterai.invalid:${server.port}`
    const expected = scheme === 'https' ? [`CONNECT ${where}`] : [`POST http://${where}/v1/telemetry`]
    expect(proxy.asked).toEqual(expect.arrayContaining(expected))
  },
)

test('P2.2: a proxy that is down is an outage like any other', async () => {
  const server = await startStandIn()
  open.push(server)
  const proxy = await startProxy(server.port)
  await open.pop()?.close()
  const said: string[] = []
  const afterai = new AfterAI({
    apiKey: standInApiKey,
    endpoint: server.origin,
    proxy: proxy.origin,
    onDiagnostic: ({ code }) => said.push(code),
  })
  afterai.system('bot').measure({})
  // On a busy machine the thread takes a while until it runs and has asked for the first time.
  await expect.poll(() => afterai.stats().state).toBe('backing_off')
  expect(await afterai.flush(500)).toBe(false)
  expect(afterai.stats()).toMatchObject({ enqueued: 1, delivered: 0, pending: 1, state: 'backing_off' })
  expect(said).toEqual(['unreachable'])
  // It isn't gone around.
  expect(server.requests).toEqual([])
  await afterai.shutdown(0)
})
