import type { TelemetryWindow } from '@afterai/contract'
import type { Encoding } from '../../src/capture/otlp/body-form.ts'
import type { Signal } from '../../src/capture/otlp/read-otlp.ts'
import { spanOf, tokensOf, tracesOf } from './otlp-bodies.ts'
import type { OtlpClient } from './otlp-client.ts'

/** By which door a body goes, and how. */
export interface Sent {
  readonly signal?: Signal
  readonly as?: Encoding
  readonly headers?: Readonly<Record<string, string>>
}

/** The answer to a body, and how many requests, points and scores of a system are stored behind it. */
export interface Outcome {
  readonly status: number
  readonly said: string
  /** Whether it says that all was kept. */
  readonly isSilent: boolean
  readonly kept: number
  readonly windows: readonly TelemetryWindow[]
}

/** Sends a body, and reads what its system has. */
export async function outcomeOf(
  client: OtlpClient,
  system: string,
  body: object | Buffer,
  { signal = 'traces', as = 'json', headers = {} }: Sent = {},
): Promise<Outcome> {
  const answer = await client.send(signal, as, body, headers)
  const said = answer.bytes.toString()
  const windows = await client.windowsOf(system)
  const counted = windows.map((it) => {
    const things = it.source === 'metrics' ? it.inputTokens.n + it.latencyMs.n : it.calls
    return things + (Object.values(it.scores)[0]?.n ?? 0)
  })
  const kept = counted.reduce((sum, count) => sum + count, 0)
  const isSilent = answer.status === 200 && (said === '{}' || said === '')
  return { status: answer.status, said, isSilent, kept, windows }
}

/** The JSON of a body, in which something is written in another way. */
export function rewritten(body: object, from: RegExp | string, to: string): Buffer {
  const text = JSON.stringify(body)
  const changed = text.replaceAll(from, to)
  if (changed === text) throw new Error(`nothing of the body is ${String(from)}`)
  return Buffer.from(changed)
}

/** A body with one request, and one with a histogram of tokens. */
export const oneCall = (system: string): object => tracesOf(system, [spanOf({})])
export const oneHistogram = (system: string): object => tokensOf(system, { n: 1, sum: 7, delta: true })
