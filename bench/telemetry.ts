import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServerProcess } from '@afterai/testing'
import { decodeOtlp, encodeOtlp, spanOf, tracesOf } from '../packages/server/testing/otlp/otlp-bodies.ts'
import { readOtlp } from '../packages/server/src/capture/otlp/read-otlp.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const measuredMs = ofLength(6_000, 200)
const rounds = ofLength(3, 1)
const callers = 96
const agent = new Agent({ keepAlive: true, maxSockets: callers })
const discarding = `require('http').createServer((q,s)=>{q.resume();q.on('end',()=>s.end())}).listen(0,'127.0.0.1',function(){console.log(this.address().port)})`

/** Spans per second that are durable when they are acknowledged, beside a server that reads and discards the same requests. */
export async function run(): Promise<Row[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'afterai-bench-'))
  const server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: dataDir },
    command: ['packages/cli/bin/afterai', 'up', '--empty'],
  })
  const discard = spawn(process.execPath, ['-e', discarding], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = (await once(discard.stdout, 'data')) as [Buffer]
    while (!server.output().includes('--setup')) await sleep(20)
    const key = await newKey(server.origin, server.output())
    const rows: Row[] = []
    for (const size of [100, 512]) {
      const durable = { url: `${server.origin}/v1/traces`, key, pid: server.pid }
      rows.push(...(await measure(durable, { url: `http://127.0.0.1:${port.toString().trim()}/`, discard }, size)))
    }
    return [...rows, ...(await overload({ url: `${server.origin}/v1/traces`, key, pid: server.pid })), ...readers()]
  } finally {
    agent.destroy()
    discard.kill()
    server.signal('SIGTERM')
    await server.ending
    rmSync(dataDir, { recursive: true, force: true })
  }
}

interface Target {
  readonly url: string
  readonly key: string
  readonly pid: number
}

async function measure(target: Target, limit: { url: string; discard: ChildProcess }, size: number): Promise<Row[]> {
  const ceiling = await load({ url: limit.url, key: target.key }, size, callers)
  await load(target, size, callers, measuredMs / 4)
  const taken: { rate: number; cpu: number; p99Ms: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const cpuBefore = cpuSeconds(target.pid)
    const { rate, spans } = await load(target, size, callers)
    const cpu = ((cpuSeconds(target.pid) - cpuBefore) / spans) * 1e6
    const { p99Ms } = await load(target, size, callers, measuredMs, rate / 2)
    taken.push({ rate, cpu, p99Ms })
  }
  const name = `telemetry, ${size} spans a batch`
  const rate = spread(taken.map((it) => it.rate / 1000))
  const cpu = spread(taken.map((it) => it.cpu))
  const p99 = spread(taken.map((it) => it.p99Ms))
  return [
    {
      name: `${name}, durable (${rate.range})`,
      value: rate.median,
      unit: 'k spans/s',
      limitName: 'read and discarded',
      limit: ceiling.rate / 1000,
      ratio: (rate.median * 1000) / ceiling.rate,
      goal: '>= 200 k/s',
      isMissed: rate.median < 200,
    },
    {
      name: `${name}, CPU (${cpu.range})`,
      value: cpu.median,
      unit: 's/million',
      limitName: 'goal',
      limit: 5,
      ratio: cpu.median / 5,
      goal: '<= 5 s',
      isMissed: cpu.median > 5,
    },
    {
      name: `${name}, p99 at half load (${p99.range})`,
      value: p99.median,
      unit: 'ms',
      limitName: 'goal',
      limit: 50,
      ratio: p99.median / 50,
      goal: '< 50 ms',
      isMissed: p99.median >= 50,
    },
  ]
}

/** The median of several rounds, and how far they lie apart. */
function spread(values: readonly number[]): { median: number; range: string } {
  const sorted = values.toSorted((a, b) => a - b)
  const [least = Number.NaN, most = Number.NaN] = [sorted[0], sorted.at(-1)]
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    range: `${least.toPrecision(3)} to ${most.toPrecision(3)}`,
  }
}

/** Fewer connections than one address may have, so that each request is answered. */
const overloadCallers = 150
const overloadMs = ofLength(10_000, 300)

/** Many more callers with large batches than the server lets in: how much memory it takes, and whether it says when to come again. */
async function overload({ url, key, pid }: Target): Promise<Row[]> {
  agent.destroy()
  const flood = new Agent({ keepAlive: true, maxSockets: overloadCallers })
  const before = residentMebibytes(pid)
  let [most, taken, refused, unexplained] = [before, 0, 0, 0]
  const watching = setInterval(() => (most = Math.max(most, residentMebibytes(pid))), 50)
  const start = performance.now()
  const template = encodeOtlp('traces', bodyOf(1_024))
  const call = async (): Promise<void> => {
    while (performance.now() - start < overloadMs) {
      const body = anotherOf(template)
      const { status, retryAfter } = await answerTo(flood, url, key, body)
      if (status === 200) taken += 1
      else if ((status === 429 || status === 503) && retryAfter) refused += 1
      else unexplained += 1
      // What exporters do, though sooner than they are told.
      if (status !== 200) await sleep(100)
    }
  }
  await Promise.all(Array.from({ length: overloadCallers }, call))
  clearInterval(watching)
  flood.destroy()
  const asked = taken + refused + unexplained
  return [
    {
      name: `telemetry, ${overloadCallers} callers at once, memory`,
      value: most,
      unit: 'MiB',
      limitName: 'before',
      limit: before,
      ratio: most / before,
      goal: '<= 1.5 of before',
      isMissed: most / before > 1.5,
    },
    {
      name: 'telemetry, overloaded: taken, or told when to come again',
      value: taken + refused,
      unit: 'requests',
      limitName: `asked, ${refused} of them refused`,
      limit: asked,
      ratio: (taken + refused) / asked,
      goal: 'exactly 1',
      isMissed: unexplained > 0,
    },
  ]
}

function answerTo(
  by: Agent,
  url: string,
  key: string,
  body: Buffer,
): Promise<{ status: number | undefined; retryAfter: boolean }> {
  const { promise, resolve } = Promise.withResolvers<{ status: number | undefined; retryAfter: boolean }>()
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/x-protobuf',
    'content-length': body.length,
  }
  const sending = request(url, { method: 'POST', agent: by, headers }, (response) => {
    const retryAfter = response.headers['retry-after'] !== undefined
    response.resume()
    response.once('close', () => resolve({ status: response.statusCode, retryAfter }))
  })
  // A connection that is closed on a body that nobody wants may break before its answer was read.
  sending.once('error', () => resolve({ status: undefined, retryAfter: false }))
  sending.end(body)
  return promise
}

function residentMebibytes(pid: number): number {
  const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) / 1024
}

/** The partial reader beside the full decoder, on one thread. */
function readers(): Row[] {
  const body = encodeOtlp('traces', bodyOf(100))
  const context = { digestKey: { keyId: '0'.repeat(16), key: Buffer.from('k') }, nowMs: Date.now() }
  const partial = perSecond(() => readOtlp(body, { signal: 'traces', encoding: 'protobuf' }, context)) * 100
  const whole = perSecond(() => decodeOtlp('traces', body)) * 100
  return [
    {
      name: 'partial reader and gate alone',
      value: partial,
      unit: 'spans/s',
      limitName: 'full decoder',
      limit: whole,
      ratio: partial / whole,
    },
  ]
}

function perSecond(work: () => unknown): number {
  const start = performance.now()
  let rounds = 0
  while (performance.now() - start < ofLength(2_000, 50)) {
    work()
    rounds += 1
  }
  return (rounds * 1000) / (performance.now() - start)
}

function bodyOf(size: number): object {
  const spans = Array.from({ length: size }, (_, index) =>
    spanOf(
      {
        'gen_ai.request.temperature': 0.2,
        'gen_ai.request.max_tokens': 256,
        'gen_ai.request.top_p': 0.9,
        'gen_ai.response.id': `chatcmpl-${index}`,
        'server.address': 'api.openai.com',
        'server.port': 443,
        'http.route': '/chat',
        'gen_ai.input.messages': `[{"role":"user","content":"${'x'.repeat(60)}"}]`,
        'user.id': 'u-1',
        'session.id': 's-1',
      },
      // Steps of an agent, with four requests each.
      { traceId: Buffer.from(marker), spanId: idOf(index + 1), parentSpanId: idOf(1_000_000 + (index >> 2)) },
    ),
  )
  return tracesOf('bench', spans)
}

function idOf(number: number): Buffer {
  const id = Buffer.alloc(8, 1)
  id.writeUInt32BE(number)
  return id
}

/** The trace of a batch's spans, which is written anew before each is sent: it makes one batch another. */
const marker = '0123456789abcdef'

function anotherOf(template: Buffer): Buffer {
  const body = Buffer.from(template)
  const trace = randomBytes(8).toString('hex')
  for (let at = body.indexOf(marker); at >= 0; at = body.indexOf(marker, at + marker.length))
    body.write(trace, at, 'latin1')
  return body
}

interface Measured {
  readonly rate: number
  readonly spans: number
  readonly p99Ms: number
}

/** Several callers, each of which waits for its answer; with a rate, they start requests no faster than that. */
async function load(
  { url, key }: { url: string; key: string },
  size: number,
  concurrency: number,
  forMs: number = measuredMs,
  spansPerSecond?: number,
): Promise<Measured> {
  const template = encodeOtlp('traces', bodyOf(size))
  const times: number[] = []
  const start = performance.now()
  let sent = 0
  const call = async (): Promise<void> => {
    for (;;) {
      const due = spansPerSecond === undefined ? 0 : (sent * size * 1000) / spansPerSecond
      const now = performance.now() - start
      if (now > forMs) return
      sent += 1
      if (due > now) await sleep(due - now)
      const body = anotherOf(template)
      const from = performance.now()
      await post(url, key, body)
      times.push(performance.now() - from)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, call))
  const spans = times.length * size
  const sorted = times.toSorted((a, b) => a - b)
  return {
    spans,
    rate: (spans * 1000) / (performance.now() - start),
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
  }
}

function post(url: string, key: string, body: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/x-protobuf',
    'content-length': body.length,
  }
  const sending = request(url, { method: 'POST', agent, headers }, (response) => {
    response.resume()
    response.once('end', () =>
      response.statusCode === 200 ? resolve() : reject(new Error(`${url} answered ${response.statusCode}`)),
    )
  })
  sending.once('error', reject)
  sending.end(body)
  return promise
}

/** Seconds of processor that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const ticksPerSecond = 100
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

async function newKey(origin: string, output: string): Promise<string> {
  const code = /--setup (\S+)/.exec(output)?.[1]
  const ask = async <T>(path: string, body: unknown, token?: string): Promise<T> => {
    const headers = {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    }
    const response = await fetch(`${origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const password = randomBytes(24).toString('base64url')
  const { accessToken } = await ask<{ accessToken: string }>('/v1/setup', {
    code,
    email: 'bench@example.com',
    name: 'Bench',
    password,
  })
  const { key } = await ask<{ key: string }>('/v1/api-keys', { name: 'k', scopes: ['telemetry:write'] }, accessToken)
  return key
}
