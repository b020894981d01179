import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import schema from '@opentelemetry/otlp-transformer/build/src/generated/root.js'
import type { Signal } from '../../src/capture/otlp/read-otlp.ts'

interface MessageType {
  fromObject(object: object): object
  toObject(message: object, options: object): object
  encode(message: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): object
}

const root = schema as unknown as {
  opentelemetry: { proto: { collector: Record<string, { v1: Record<string, MessageType> }> } }
}
const names = { traces: ['trace', 'Trace'], metrics: ['metrics', 'Metrics'], logs: ['logs', 'Logs'] } as const

function typeOf(signal: Signal, suffix: 'Request' | 'Response'): MessageType {
  const [folder, name] = names[signal]
  const type = root.opentelemetry.proto.collector[folder]?.v1[`Export${name}Service${suffix}`]
  if (type === undefined) throw new Error(`there is no such message: ${signal}`)
  return type
}

/** The protobuf form of a body that is written as OTLP's JSON, by the full encoder of the official schema. */
export function encodeOtlp(signal: Signal, body: object): Buffer {
  const type = typeOf(signal, 'Request')
  return Buffer.from(type.encode(type.fromObject(body)).finish())
}

/** Reads a request by the full decoder of the official schema, to OTLP's JSON. */
export function decodeOtlp(signal: Signal, bytes: Uint8Array): object {
  const type = typeOf(signal, 'Request')
  return type.toObject(type.decode(bytes), { longs: String, bytes: String, enums: Number })
}

/** Writes with the full encoder what the full decoder has read. */
export function reencoded(signal: Signal, bytes: Uint8Array): Buffer {
  const type = typeOf(signal, 'Request')
  return Buffer.from(type.encode(type.decode(bytes)).finish())
}

/** Reads an answer by the full decoder. */
export function decodeAnswer(signal: Signal, bytes: Uint8Array): object {
  const type = typeOf(signal, 'Response')
  return type.toObject(type.decode(bytes), { longs: Number })
}

/** A value of an attribute: text, number, list of texts, or an AnyValue as it is. */
export type AttributeValue = string | number | readonly string[] | { readonly any: object }

/** Attributes as OTLP writes them. */
export function attributesOf(values: Readonly<Record<string, AttributeValue>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyOf(value) }))
}

function anyOf(value: AttributeValue): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if ('any' in value) return value.any
  return { arrayValue: { values: value.map((text) => ({ stringValue: text })) } }
}

const nanoseconds = (ms: number): string => `${BigInt(ms) * 1_000_000n}`

/** A span of a call to a model. */
export function spanOf(
  attributes: Readonly<Record<string, AttributeValue>>,
  more: object = {},
  atMs: number = Date.now(),
): object {
  return {
    name: 'chat',
    kind: 3,
    startTimeUnixNano: nanoseconds(atMs - 250),
    endTimeUnixNano: nanoseconds(atMs),
    attributes: attributesOf({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.usage.input_tokens': 57,
      'gen_ai.usage.output_tokens': 17,
      'gen_ai.response.finish_reasons': ['stop'],
      ...attributes,
    }),
    status: {},
    ...more,
  }
}

/** Attributes of a resource. */
export function resourceOf(service: string, more: Readonly<Record<string, AttributeValue>> = {}): object {
  return { attributes: attributesOf({ 'service.name': service, 'deployment.environment.name': 'production', ...more }) }
}

/** A body of traces of one service. */
export function tracesOf(service: string, spans: readonly object[]): object {
  return { resourceSpans: [{ resource: resourceOf(service), scopeSpans: [{ scope: { name: 'test' }, spans }] }] }
}

/** A body with one score of an evaluation. */
export function scoreOf(service: string, value: number, more: Readonly<Record<string, AttributeValue>> = {}): object {
  const record = {
    timeUnixNano: nanoseconds(Date.now()),
    eventName: 'gen_ai.evaluation.result',
    attributes: attributesOf({
      'gen_ai.evaluation.name': 'relevance',
      'gen_ai.evaluation.score.value': value + 0.5 - 0.5,
      ...more,
    }),
  }
  return { resourceLogs: [{ resource: resourceOf(service), scopeLogs: [{ logRecords: [record] }] }] }
}

/** A body with one event of a request to a model. */
export function requestEventOf(
  service: string,
  eventName: string,
  frame: object = {},
  more: Readonly<Record<string, AttributeValue>> = {},
): object {
  const span = spanOf(more) as { readonly attributes: object[] }
  const record = {
    timeUnixNano: nanoseconds(Date.now()),
    ...(eventName === '' ? {} : { eventName }),
    attributes: span.attributes,
    ...frame,
  }
  return { resourceLogs: [{ resource: resourceOf(service), scopeLogs: [{ logRecords: [record] }] }] }
}

/** The content of a histogram of tokens. Times are of Unix, in milliseconds. */
export interface TokensTold {
  readonly n: number
  readonly sum: number
  /** Whether it tells what is new, or a running total. */
  readonly delta: boolean
  readonly startMs?: number
  readonly atMs?: number
  readonly scope?: string
  readonly model?: string
}

/** A body with a histogram of tokens. */
export function tokensOf(service: string, told: TokensTold): object {
  const { n, sum, delta, startMs = Date.now() - 60_000, atMs = Date.now(), scope, model = 'gpt-4o-mini' } = told
  const point = {
    startTimeUnixNano: nanoseconds(startMs),
    timeUnixNano: nanoseconds(atMs),
    count: String(n),
    sum,
    attributes: attributesOf({ 'gen_ai.token.type': 'input', 'gen_ai.request.model': model }),
  }
  const histogram = { aggregationTemporality: delta ? 1 : 2, dataPoints: [point] }
  const metrics = [{ name: 'gen_ai.client.token.usage', histogram }]
  return {
    resourceMetrics: [
      {
        resource: resourceOf(service),
        scopeMetrics: [{ ...(scope === undefined ? {} : { scope: { name: scope } }), metrics }],
      },
    ],
  }
}

const fixtures = new URL('../../../../../shared/fixtures/otlp/data/', import.meta.url)

/** Whether captures of real clients lie beside the project; tests that need them are skipped without them, and say so. */
export const hasCaptures: boolean = existsSync(fixtures)

/** A capture of a real client. */
export interface Capture {
  readonly name: string
  readonly signal: Signal
  readonly protobuf: Buffer | undefined
  readonly json: Buffer
}

/** Every capture, in both encodings where there are both. */
export function captures(): Capture[] {
  if (!hasCaptures) return []
  const files = readdirSync(fixtures).filter((file) => /\.(?:traces|metrics|logs)\.(?:\d\.)?json$/.test(file))
  return files.map((file) => {
    const path = fileURLToPath(new URL(file, fixtures))
    const protobuf = path.replace(/json$/, 'pb')
    return {
      name: file.replace(/\.json$/, ''),
      signal: /\.(traces|metrics|logs)\./.exec(file)?.[1] as Signal,
      protobuf: existsSync(protobuf) ? readFileSync(protobuf) : undefined,
      json: readFileSync(path),
    }
  })
}
