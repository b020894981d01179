import { randomBytes, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { AuditStream } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readOtlp, type Signal } from '../../../src/capture/otlp/read-otlp.ts'
import { openBackup, readBackup } from '../../../src/backup/read-backup.ts'
import { takeBackup } from '../../../src/backup/take-backup.ts'
import { openLoneConnection } from '../../../src/platform/database.ts'
import { sweep } from '../../../testing/database-sweep.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../../../testing/siem-receivers.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { attributesOf, captures, encodeOtlp, hasCaptures, spanOf } from '../../../testing/otlp/otlp-bodies.ts'

let server: TestServer
let key: string
let receiver: WebhookReceiver

beforeAll(async () => {
  server = await startTestServer()
  receiver = await startWebhookReceiver()
  key = (await server.addKey(server.admin, ['telemetry:write', 'telemetry:read'])).key
})
afterAll(async () => {
  await server.stop()
  await receiver.stop()
})

const mark = `CANARY${randomBytes(6).toString('hex')}`
const canaries = new Map<string, string>()

/** Words that must never be found again, as a sentence. */
function secret(place: string): string {
  const text = `${mark} number ${canaries.size} which must not stay`
  canaries.set(`${canaries.size} ${place}`, text)
  return text
}

/** The same in the form of an identifier, for places where only a name would fit. */
function secretName(place: string): string {
  const text = `${mark}_${canaries.size}_name`
  canaries.set(`${canaries.size} ${place}`, text)
  return text
}

const any = (value: object) => ({ any: value })
const text = (place: string) => ({ stringValue: secret(place) })

/** A span with a canary in each of its fields. */
function hostileSpan(): object {
  const allowed = Object.fromEntries(
    [
      'gen_ai.request.model',
      'gen_ai.response.model',
      'gen_ai.provider.name',
      'gen_ai.agent.name',
      'gen_ai.agent.version',
      'gen_ai.prompt.name',
      'gen_ai.prompt.version',
      'feature_flag.key',
      'feature_flag.result.variant',
      'vcs.ref.head.revision',
      'cicd.pipeline.run.id',
      'deployment.id',
      'http.route',
      'afterai.route',
      'gen_ai.operation.name',
      'openai.response.system_fingerprint',
      'gen_ai.request.temperature',
      'gen_ai.usage.input_tokens',
      'error.type',
      'ai.operationId',
    ].map((name) => [name, secret(`a sentence on ${name}`)]),
  )
  const content = Object.fromEntries(
    [
      'gen_ai.input.messages',
      'gen_ai.system_instructions',
      'gen_ai.tool.definitions',
      'input.value',
      'llm.input_messages.0.message.content',
      'langfuse.observation.input',
      'ai.prompt',
      'traceloop.entity.input',
      'embedding.embeddings.0.embedding.text',
      'baggage.user',
      'totally.unknown',
    ].map((name) => [name, secret(`the content ${name}`)]),
  )
  return spanOf(
    {
      ...allowed,
      ...content,
      [secretName('an attribute’s name')]: 1,
      [`gen_ai.${secretName('an attribute’s name in a known namespace')}`]: 1,
      [`llm.input_messages.${secretName('an index that is none')}.message.content`]: 1,
      'gen_ai.response.finish_reasons': [secret('a finish reason'), secret('a second finish reason')],
      'llm.invocation_parameters': JSON.stringify({
        temperature: 0.5,
        model: secret('the model in parameters'),
        user: secret('the user in parameters'),
        [secretName('a member’s name in parameters')]: 1,
        tools: [{ description: secret('a tool in parameters') }],
      }),
      'langfuse.observation.usage_details': JSON.stringify({ input: 3, [secretName('a member’s name in usage')]: 1 }),
      'gen_ai.request.top_p': any({
        kvlistValue: { values: [{ key: secret('a nested key'), value: text('a nested value') }] },
      }),
      'gen_ai.request.top_k': any({ arrayValue: { values: [text('a list on a number')] } }),
      'gen_ai.request.seed': any({ bytesValue: Buffer.from(secret('bytes')).toString('base64') }),
      'gen_ai.request.max_tokens': any({
        arrayValue: { values: [{ arrayValue: { values: [text('a list in a list')] } }] },
      }),
      'deployment.environment': `${secret('text over the limit')} ${'x'.repeat(300)}`,
    },
    {
      name: secret('the span’s name'),
      traceState: secret('the trace state'),
      status: { code: 2, message: secret('the status message') },
      events: [{ name: secret('an event’s name'), attributes: attributesOf({ x: secret('an event’s attribute') }) }],
      links: [{ traceState: secret('a link’s state'), attributes: attributesOf({ x: secret('a link’s attribute') }) }],
    },
  )
}

function hostileTraces(): object {
  return {
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({
            'service.name': secret('a sentence as the service'),
            'deployment.environment.name': secret('a sentence as the environment'),
            'host.name': secret('a resource’s attribute'),
            [secretName('a resource’s attribute’s name')]: secret('its value'),
          }),
        },
        scopeSpans: [
          {
            scope: {
              name: secret('the scope’s name'),
              version: secret('the scope’s version'),
              attributes: attributesOf({ x: secret('a scope’s attribute') }),
            },
            schemaUrl: secret('a schema’s address'),
            spans: [hostileSpan()],
          },
        ],
        schemaUrl: secret('a resource’s schema’s address'),
      },
    ],
  }
}

function hostileLogs(): object {
  const score = {
    'gen_ai.evaluation.name': secret('the name of a score'),
    'gen_ai.evaluation.score.value': 0.25,
    'gen_ai.evaluation.score.label': secret('the label of a score'),
    'gen_ai.evaluation.explanation': secret('a judge’s explanation'),
  }
  const logRecords = [
    { eventName: 'gen_ai.evaluation.result', attributes: attributesOf(score), body: text('the body of a score') },
    // One that is taken, so that there is something to search.
    { eventName: 'gen_ai.evaluation.result', attributes: attributesOf({ 'gen_ai.evaluation.score.value': 0.25 }) },
    { eventName: secretName('an event’s own name'), severityText: secret('a severity'), body: text('a log’s body') },
    {
      attributes: attributesOf({ 'event.name': 'gen_ai.user.message', x: secret('a log’s attribute') }),
      body: { kvlistValue: { values: [{ key: secret('a key of a body'), value: text('a value of a body') }] } },
    },
  ]
  return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }
}

function hostileMetrics(): object {
  const dataPoints = [
    {
      count: '2',
      sum: 5.5,
      attributes: attributesOf({ 'gen_ai.token.type': secret('a token’s type'), x: secret('a metric’s label') }),
      exemplars: [{ asDouble: 1.5, filteredAttributes: attributesOf({ x: secret('an exemplar') }) }],
    },
  ]
  const metrics = [
    {
      name: 'gen_ai.client.token.usage',
      description: secret('a description'),
      unit: secret('a unit'),
      histogram: { aggregationTemporality: 1, dataPoints },
    },
    { name: secretName('a metric’s name'), gauge: { dataPoints: [{ asDouble: 1.5, attributes: [] }] } },
  ]
  return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }
}

const bodies: readonly (readonly [Signal, () => object])[] = [
  ['traces', hostileTraces],
  ['logs', hostileLogs],
  ['metrics', hostileMetrics],
]

/** A field of protobuf with a length. */
const field = (number: number, content: Buffer): Buffer => {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(content.length)]), content])
}

async function post(path: string, body: Buffer, type: string, headers: Record<string, string> = {}): Promise<number> {
  const request = { method: 'POST', path, token: key, body, headers: { 'content-type': type, ...headers } } as const
  return (await server.send(request)).status
}

const protobuf = 'application/x-protobuf'
const json = 'application/json'

/** Files of the database's own folder and of the write-ahead log, of which one holds the mark. */
async function filesWithMark(): Promise<{ found: string[]; files: number }> {
  await server.owner.query('checkpoint')
  const { rows } = await server.owner.query<{ folder: string; oid: string }>(
    `select current_setting('data_directory') as folder, oid::text from pg_database where datname = current_database()`,
  )
  const { folder = '', oid = '' } = rows[0] ?? {}
  const paths = [`base/${oid}`, 'pg_wal'].flatMap((name) =>
    readdirSync(join(folder, name)).map((file) => join(folder, name, file)),
  )
  const files = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
  return { found: files.filter((path) => readFileSync(path).includes(mark)), files: files.length }
}

/** All that a backup holds, with its seal opened. */
async function openedBackup(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-canary-'))
  const backup = { path: join(folder, 'all.backup'), passphrase: 'lantern-violet-harbour-41' }
  const owner = await openLoneConnection(server.database.owner)
  const about = { backupId: randomUUID(), product: '0.0.0', migrations: [], keyFingerprint: 'none', keys: undefined }
  await takeBackup(owner, { ...backup, ...about })
  await owner.close()
  const parts: string[] = []
  await using opened = await openBackup(backup.path, backup.passphrase)
  for await (const item of readBackup(opened)) {
    parts.push(item.kind === 'rows' ? item.bytes.toString('latin1') : JSON.stringify(item))
  }
  await rm(folder, { recursive: true })
  return parts.join('')
}

describe('P1.2: no content that comes through a door stays anywhere', () => {
  test('not through any field of OTLP, in either encoding, packed or not', async () => {
    for (const [signal, make] of bodies) {
      const path = `/v1/${signal}`
      const body = make()
      const asJson = Buffer.from(JSON.stringify(body))
      expect(await post(path, asJson, json)).toBe(200)
      expect(await post(path, encodeOtlp(signal, make()), protobuf)).toBe(200)
      expect(await post(path, gzipSync(encodeOtlp(signal, make())), protobuf, { 'content-encoding': 'gzip' })).toBe(200)
    }
    expect(canaries.size).toBeGreaterThan(100)
  })

  test('not through fields that no schema has, nor through what is broken', async () => {
    const unknown = field(77, Buffer.from(secret('an unknown field')))
    const nested = field(1, Buffer.concat([field(99, Buffer.from(secret('a nested unknown field')))]))
    const attribute = field(
      9,
      Buffer.concat([
        field(1, Buffer.from('gen_ai.request.model')),
        field(2, field(88, Buffer.from(secret('an unknown kind of value')))),
      ]),
    )
    const span = field(
      1,
      field(2, field(2, Buffer.concat([attribute, field(55, Buffer.from(secret('an unknown field of a span')))]))),
    )
    expect(await post('/v1/traces', Buffer.concat([unknown, nested, span]), protobuf)).toBe(200)
    const cut = encodeOtlp('traces', hostileTraces())
    expect(await post('/v1/traces', cut.subarray(0, cut.length - 9), protobuf)).toBe(400)
    const halfJson = Buffer.from(`{"resourceSpans":[{"x":"${secret('broken JSON')}"`)
    expect(await post('/v1/traces', halfJson, json)).toBe(400)
    expect(await post('/v1/traces', Buffer.from(secret('a body of another type')), 'text/plain')).toBe(415)
    expect(
      await post('/v1/traces', Buffer.from(secret('what isn’t gzip')), protobuf, { 'content-encoding': 'gzip' }),
    ).toBe(400)
    const headers = {
      baggage: `user=${secretName('an entry of baggage')}`,
      tracestate: `a=${secretName('a header’s trace state')}`,
      'idempotency-key': secretName('an idempotency key'),
      'user-agent': secret('a user agent'),
    }
    expect(await post(`/v1/traces?x=${secretName('a query')}`, encodeOtlp('traces', {}), protobuf, headers)).toBe(200)
  })

  test('not through the SDK’s door', async () => {
    const event = { kind: 'measure', system: 'a', at: new Date().toISOString() }
    const batch = { bootId: randomUUID(), sequence: 0, sentAt: new Date().toISOString(), events: [event] }
    const attempts = [
      { ...batch, [secretName('a member of a batch')]: 1 },
      { ...batch, events: [{ ...event, prompt: secret('a member of an event') }] },
      { ...batch, events: [{ ...event, route: secret('a sentence as a route') }] },
      { ...batch, events: [{ ...event, score: { name: secret('a sentence as a score'), value: 1 } }] },
      { ...batch, events: [{ ...event, finishReason: secret('a sentence as a finish reason') }] },
    ]
    for (const body of attempts) {
      expect(await post('/v1/telemetry', Buffer.from(JSON.stringify(body)), json)).toBe(400)
    }
    expect(await post('/v1/telemetry', Buffer.from(`{"${secret('broken JSON of a batch')}`), json)).toBe(400)
  })

  test('it is in no table, no file of the database, no write-ahead log, no line of the log and no answer', async () => {
    const { found, cells } = await sweep(server.owner, canaries)
    expect(found).toEqual([])
    expect(cells).toBeGreaterThan(300)
    expect(server.log()).not.toContain(mark)
    const { found: files, files: searched } = await filesWithMark()
    expect([files, searched > 100]).toEqual([[], true])
    for (const path of ['dropped', 'served-models', 'clients', 'windows?system=unknown_service']) {
      const { text: answer } = await server.send({ path: `/v1/telemetry/${path}`, token: key })
      expect(answer).not.toContain(mark)
    }
  })

  test('it is in nothing that leaves: no export, no webhook, no job and no backup, opened', async () => {
    const { token } = server.admin
    const leaving = new Map<string, string>()
    for (const path of [
      '/v1/audit-events/export?format=jsonl',
      '/v1/audit-events/export?format=csv',
      '/v1/changes?limit=100',
      '/v1/systems?limit=100',
    ]) {
      leaving.set(path, (await server.send({ path, token })).text)
    }
    const create = { name: 'out', kind: 'webhook', url: receiver.url, startFrom: 'beginning' }
    const path = '/v1/audit-streams'
    const stream = await server.expectOk<AuditStream & { secret: string }>({
      method: 'POST',
      path,
      token,
      body: create,
    })
    receiver.setSecret(stream.secret)
    await vi.waitFor(
      async () => {
        const { lagEvents } = await server.expectOk<AuditStream>({ path: `${path}/${stream.id}`, token })
        if (lagEvents > 0) throw new Error(`${lagEvents} events are on their way`)
      },
      { timeout: 60_000, interval: 100 },
    )
    leaving.set('webhook', JSON.stringify(receiver.requests))
    leaving.set('backup', await openedBackup())
    for (const [what, sent] of leaving) {
      expect([what, sent.includes(mark)]).toEqual([what, false])
      expect([what, sent.includes('unknown_service')]).toEqual([what, !what.startsWith('/v1/changes')])
    }
  })

  test('the search finds what is there', async () => {
    await server.owner.query('create table haystack (t text)')
    await server.owner.query('insert into haystack values ($1)', [`xx ${mark} yy`])
    expect((await filesWithMark()).found.length).toBeGreaterThan(0)
    await server.owner.query('drop table haystack')
  })

  test.skipIf(!hasCaptures)(
    'captures of real clients leave none of theirs (skipped without the captures)',
    async () => {
      const sentinels = new Map<string, string>()
      for (const { signal, protobuf: bytes, json: text } of captures()) {
        for (const [found] of text.toString().matchAll(/(?:CONTENT|PII)-[\w@.-]+/g)) sentinels.set(found, found)
        expect(await post(`/v1/${signal}`, text, json)).toBe(200)
        if (bytes === undefined) continue
        expect(await post(`/v1/${signal}`, gzipSync(bytes), protobuf, { 'content-encoding': 'gzip' })).toBe(200)
        const digestKey = { keyId: '0'.repeat(16), key: Buffer.from('k') }
        const { readings } = readOtlp(bytes, { signal, encoding: 'protobuf' }, { digestKey, nowMs: Date.now() })
        expect(JSON.stringify(readings.list)).not.toMatch(/CONTENT-|PII-/)
      }
      expect(sentinels.size).toBeGreaterThan(8)
      expect((await sweep(server.owner, sentinels)).found).toEqual([])
      expect(server.log()).not.toMatch(/CONTENT-|PII-/)
    },
  )
})
