import { flag, flagValues, numberAt } from '../capture/layout.ts'
import { isName } from '../names.ts'
import type { Context } from './contexts.ts'

/** The texts of a row. */
export interface Names {
  readonly route: string | undefined
  readonly finishReason: string | undefined
  readonly scoreName: string | undefined
  readonly fingerprint: string | undefined
}

const limits = {
  latencyMs: [0, 86_400_000],
  inputTokens: [0, 1_000_000_000],
  outputTokens: [0, 1_000_000_000],
  costUsd: [0, 1_000_000],
  score: [-1e9, 1e9],
} as const

/** `sha256:` and 64 hex digits. */
const fingerprintPattern = /^sha256:[0-9a-f]{64}$/

/** The last instant that an RFC 3339 timestamp can tell. */
const lastInstant = 253_402_300_799_999

/** A row as the event that the contract asks for, or the name of the field that keeps it from being one. */
export function encodeRow(
  numbers: Float64Array,
  names: Names,
  { context, skewMs }: { context: Context | undefined; skewMs: number },
): { json: string } | { invalid: string } {
  const time = (numbers[numberAt.time] ?? 0) + skewMs
  if (context === undefined) return { invalid: 'system' }
  if (!(time >= 0 && time <= lastInstant)) return { invalid: 'at' }
  let json = `{"kind":"measure",${context.json},"at":"${new Date(time).toISOString()}"`
  for (const field of ['latencyMs', 'inputTokens', 'outputTokens', 'costUsd'] as const) {
    const value = numbers[numberAt[field]] ?? 0
    if (Number.isNaN(value)) continue
    if (!isWithin(field, value)) return { invalid: field }
    json += `,"${field}":${value}`
  }
  for (const [field, value] of [
    ['route', names.route === undefined ? undefined : routeName(names.route)],
    ['finishReason', names.finishReason],
  ] as const) {
    if (value === undefined) continue
    if (!isName(value)) return { invalid: field }
    json += `,"${field}":"${value}"`
  }
  const fingerprint = names.fingerprint ?? context.fingerprint
  if (fingerprint !== undefined) {
    if (!fingerprintPattern.test(fingerprint)) return { invalid: 'fingerprint' }
    json += `,"fingerprint":"${fingerprint}"`
  }
  if (names.scoreName !== undefined) {
    const value = numbers[numberAt.score] ?? 0
    if (!isName(names.scoreName) || !isWithin('score', value)) return { invalid: 'score' }
    json += `,"score":{"name":"${names.scoreName}","value":${value}}`
  }
  return withFlags(json, (numbers[numberAt.marks] ?? 0) % flagValues)
}

/** A template of an address as a name, as the doors of OpenTelemetry write it: `/chats/{id}` is `chats/:id`. */
function routeName(route: string): string {
  return route
    .replace(/[{<(]([^})>]*)[})>]/g, ':$1')
    .replace(/[{}<>()*]/g, '')
    .replace(/^\/+/, '')
}

function withFlags(json: string, flags: number): { json: string } | { invalid: string } {
  let sent = json
  for (const [place, field] of ['error', 'refused', 'agreed'].entries()) {
    const digit = (flags >> (2 * place)) & 3
    if (digit === flag.invalid) return { invalid: field }
    if (digit !== flag.absent) sent += `,"${field}":${digit === flag.yes}`
  }
  return { json: `${sent}}` }
}

function isWithin(field: keyof typeof limits, value: number): boolean {
  const [least, most] = limits[field]
  return value >= least && value <= most && (!field.endsWith('Tokens') || Number.isInteger(value))
}
