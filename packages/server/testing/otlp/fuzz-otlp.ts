import { telemetryBatch } from '@afterai/contract'
import { readTelemetryBatch } from '../../src/capture/intake/telemetry-batch.ts'
import type { Signal } from '../../src/capture/otlp/read-otlp.ts'
import type { Caller } from '../../src/access/index.ts'
import { JsonRefused, parseBoundedJson } from '../../src/platform/hardening/index.ts'
import { MalformedBody } from '../../src/capture/otlp/malformed.ts'
import { type ReadBody, readOtlp } from '../../src/capture/otlp/read-otlp.ts'
import { telemetryBatchOf } from '../telemetry-bodies.ts'
import { decodeOtlp, reencoded, scoreOf, spanOf, tokensOf, tracesOf } from './otlp-bodies.ts'

const context = {
  digestKey: { keyId: '0'.repeat(16), key: Buffer.from('a key') },
  nowMs: Date.parse('2026-11-24T12:00:00Z'),
}

/** The result of a run of mutated inputs. */
export interface FuzzResult {
  readonly inputs: number
  readonly read: number
  readonly refused: number
  /** Inputs that both readers take. */
  readonly compared: number
  /** Hexadecimal of inputs that are read differently, that the full decoder alone takes, or that end in another error. */
  readonly faults: readonly string[]
}

/** Reads a body as protobuf. */
export function readProtobuf(signal: Signal, bytes: Uint8Array): ReadBody {
  return readOtlp(bytes, { signal, encoding: 'protobuf' }, context)
}

/** Reads a body as JSON. */
export function readJsonBody(signal: Signal, bytes: Uint8Array): ReadBody {
  return readOtlp(bytes, { signal, encoding: 'json' }, context)
}

/** Reads a body by the full decoder of the official schema, and what that gives through the JSON door. */
export function readFully(signal: Signal, bytes: Uint8Array): ReadBody {
  return readJsonBody(signal, Buffer.from(JSON.stringify(decodeOtlp(signal, bytes), writable)))
}

// JSON has no numbers that are none; OTLP writes them as text.
function writable(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** Writes the readings of a body in a form that can be compared. */
export function rowsOf({ readings }: ReadBody): string {
  const { list, rejections } = readings
  // A stream of a metric is named by the bytes in which it came, which differ by encoding.
  return JSON.stringify({ list, rejections }, (key, value: unknown) => (key === 'series' ? 'S' : value))
}

/**
 * Mutates bodies by a seeded generator and reads each with the partial reader; every `comparedEvery`-th with the full decoder as well.
 * Mutations flip bits, cut, repeat, splice and put lengths and varints that lie in place of bytes.
 */
export function fuzz(
  seeds: readonly { signal: Signal; bytes: Buffer }[],
  { seed, inputs, comparedEvery }: { seed: number; inputs: number; comparedEvery: number },
): FuzzResult {
  const random = generator(seed)
  const faults: string[] = []
  let [read, refused, compared] = [0, 0, 0]
  for (let count = 0; count < inputs; count++) {
    const { signal, bytes } = seeds[random() % seeds.length] ?? { signal: 'traces', bytes: Buffer.alloc(0) }
    const mutated = mutate(bytes, random)
    const partial = attempt(() => readProtobuf(signal, mutated))
    if (partial === 'fault') faults.push(`${signal} ${mutated.toString('hex')}`)
    else if (partial === 'refused') refused += 1
    else read += 1
    if (count % comparedEvery !== 0) continue
    const full = attempt(() => readFully(signal, mutated))
    if (typeof full === 'string' || typeof partial === 'string' || !isFaithful(signal, mutated)) continue
    compared += 1
    if (rowsOf(full) !== rowsOf(partial)) faults.push(`${signal} ${mutated.toString('hex')}`)
  }
  return { inputs, read, refused, compared, faults }
}

/** A body of JSON and the door that it is for. */
export interface JsonSeed {
  readonly door: Signal | 'rest'
  readonly bytes: Buffer
}

/** A body for each of the doors. */
export const jsonSeeds: readonly JsonSeed[] = [
  { door: 'traces', bytes: jsonOf(tracesOf('bot', [spanOf({}), spanOf({ 'gen_ai.request.temperature': 0.5 })])) },
  { door: 'logs', bytes: jsonOf(scoreOf('bot', 0.25)) },
  { door: 'metrics', bytes: jsonOf(tokensOf('bot', { n: 2, sum: 1.5, delta: true })) },
  { door: 'rest', bytes: jsonOf(telemetryBatchOf('bot')) },
]

function jsonOf(body: object): Buffer {
  return Buffer.from(JSON.stringify(body))
}

/** Mutates bodies of JSON, by bytes and by putting hostile values in place of values, and reads each as its door does. */
export function fuzzJson(
  seeds: readonly JsonSeed[],
  { seed, inputs }: { seed: number; inputs: number },
): Omit<FuzzResult, 'compared'> {
  const random = generator(seed)
  const faults: string[] = []
  let [read, refused] = [0, 0]
  for (let count = 0; count < inputs; count++) {
    const { door, bytes } = seeds[random() % seeds.length] ?? { door: 'rest', bytes: Buffer.alloc(0) }
    const mutated = random() % 4 === 0 ? mutate(bytes, random) : withHostileValues(bytes, random)
    const outcome = attempt(() => (door === 'rest' ? readRest(mutated) : readJsonBody(door, mutated)))
    if (outcome === 'fault') faults.push(`${door} ${mutated.toString('hex')}`)
    else if (outcome === 'refused') refused += 1
    else read += 1
  }
  return { inputs, read, refused, faults }
}

const hostileValues = [
  '1e999',
  '-0',
  '1e-400',
  '99999999999999999999999',
  '"99999999999999999999"',
  'null',
  'true',
  '{}',
  '[]',
  '""',
  '"\\ud800"',
  '"\\u0000"',
  `"${'x'.repeat(300)}"`,
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":1}}',
  `${'['.repeat(80)}${']'.repeat(80)}`,
  '{"stringValue":{"stringValue":1}}',
  '[[[]]]',
  '"NaN"',
  '-1',
  '1.5',
  '[null]',
] as const

// A value is what stands between a colon or a comma and the next comma or bracket.
function withHostileValues(bytes: Buffer, random: () => number): Buffer {
  let text = bytes.toString('latin1')
  for (let times = 1 + (random() % 3); times > 0; times--) {
    const from = text.indexOf(':', random() % text.length) + 1
    const end = from + Math.max(0, text.slice(from).search(/[,\]}]/))
    const value = hostileValues[random() % hostileValues.length] ?? ''
    if (from > 0) text = `${text.slice(0, from)}${value}${text.slice(end)}`
  }
  return Buffer.from(text, 'latin1')
}

const caller: Caller = {
  principal: {
    tenantId: '01900000-0000-7000-8000-000000000001',
    tenantKind: 'customer',
    accountId: '01900000-0000-7000-8000-000000000002',
    name: 'fuzz',
    kind: 'service',
    role: 'member',
    credential: 'api_key',
    credentialId: '01900000-0000-7000-8000-000000000003',
    scopes: ['telemetry:write'],
  },
  actor: { tenantId: '', actorId: null, credential: 'api_key', address: null, requestId: null },
}

function readRest(bytes: Buffer): unknown {
  const batch = telemetryBatch.safeParse(parseBoundedJson(bytes))
  if (!batch.success) throw new MalformedBody('it is no batch')
  return readTelemetryBatch(batch.data, bytes, caller, context.nowMs)
}

function attempt<T>(work: () => T): T | 'refused' | 'fault' {
  try {
    return work()
  } catch (error) {
    const isRefusal = error instanceof MalformedBody || error instanceof JsonRefused || error instanceof SyntaxError
    return isRefusal ? 'refused' : 'fault'
  }
}

/**
 * Whether the full decoder kept every byte that it was given. It reads on behind the end of a message, and reads a field whatever its wire
 * type says; what it makes of such bodies isn't what they say, so they are no measure.
 */
function isFaithful(signal: Signal, bytes: Uint8Array): boolean {
  return reencoded(signal, bytes).equals(bytes)
}

const evil: readonly (readonly number[])[] = [
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x00],
  [0x0b],
  [0x0c],
  [0x00],
  [0x7f],
]

function mutate(bytes: Buffer, random: () => number): Buffer {
  let it = Buffer.from(bytes)
  for (let times = 1 + (random() % 4); times > 0 && it.length > 0; times--) {
    const at = random() % it.length
    switch (random() % 6) {
      case 0:
        it[at] = (it[at] ?? 0) ^ (1 << (random() % 8))
        break
      case 1:
        it[at] = random() & 0xff
        break
      case 2:
        it = it.subarray(0, at)
        break
      case 3: {
        const end = Math.min(it.length, at + (random() % 64))
        it = Buffer.concat([it.subarray(0, end), it.subarray(at, end), it.subarray(end)])
        break
      }
      case 4: {
        const evilBytes = Buffer.from(evil[random() % evil.length] ?? [])
        it = Buffer.concat([it.subarray(0, at), evilBytes, it.subarray(at + (random() % 2))])
        break
      }
      default:
        it = Buffer.concat([it.subarray(0, at), it.subarray(Math.min(it.length, at + (random() % 32)))])
    }
  }
  return it
}

/** Xorshift, so that a run can be repeated. */
function generator(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
}
