import type { Diagnostic } from './diagnostics.ts'
import { digestKeyOf } from './digest-key.ts'
import type { SenderOptions } from './messages.ts'
import { InvalidField, nameOf } from './names.ts'
import type { AfterAIOptions, DigestKey } from './types.ts'

/** The names of all options. */
export const optionNames: readonly (keyof AfterAIOptions)[] = [
  'apiKey',
  'endpoint',
  'environment',
  'revision',
  'digestKey',
  'spoolFolder',
  'ca',
  'proxy',
  'allowPlainHttp',
  'exitWaitMs',
  'onDiagnostic',
]

/** Options that were read and are usable. */
export interface ReadOptions {
  readonly environment: string
  /** Whether an environment was given, and is undefined: what it was to come from has none. */
  readonly isProductionAssumed: boolean
  readonly revision: string | undefined
  readonly digestKey: DigestKey | undefined
  readonly sender: SenderOptions
}

/**
 * Reads the options of a client.
 * @throws {InvalidField}
 */
export function readOptions(options: unknown): ReadOptions {
  if (typeof options !== 'object' || options === null) throw new InvalidField('options')
  const given = options as Record<string, unknown>
  const {
    apiKey,
    endpoint = 'http://127.0.0.1:4680',
    environment = 'production',
    revision,
    digestKey,
    allowPlainHttp,
  } = given
  const key = digestKey === undefined ? undefined : digestKeyOf(digestKey)
  if (digestKey !== undefined && key === undefined) throw new InvalidField('digestKey')
  // What a header can hold.
  if (typeof apiKey !== 'string' || !/^[\x21-\x7e]{1,512}$/.test(apiKey)) throw new InvalidField('apiKey')
  return {
    environment: nameOf(environment, 'environment'),
    isProductionAssumed: 'environment' in given && given['environment'] === undefined,
    revision: revision === undefined ? undefined : nameOf(revision, 'revision'),
    digestKey: key,
    sender: {
      apiKey,
      exitWaitMs: isWait(given['exitWaitMs']) ? given['exitWaitMs'] : 250,
      endpoint: endpointOf(endpoint, allowPlainHttp === true),
      ...texts(given, ['spoolFolder', 'ca', 'proxy']),
    },
  }
}

/** The hook for diagnostics, however broken the options are. */
export function diagnosticHookOf(options: unknown): ((diagnostic: Diagnostic) => unknown) | undefined {
  try {
    const hook = (options as { onDiagnostic?: unknown }).onDiagnostic
    return typeof hook === 'function' ? (hook as (diagnostic: Diagnostic) => unknown) : undefined
  } catch {
    return undefined
  }
}

function isWait(value: unknown): value is number {
  if (value === undefined) return false
  if (typeof value === 'number' && value >= 0 && value <= 10_000) return true
  throw new InvalidField('exitWaitMs')
}

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

function endpointOf(endpoint: unknown, allowPlainHttp: boolean): string {
  const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url === undefined || url.username !== '' || url.search !== '' || url.hash !== '')
    throw new InvalidField('endpoint')
  const isPlain = url.protocol === 'http:'
  if (!isPlain && url.protocol !== 'https:') throw new InvalidField('endpoint')
  if (isPlain && !allowPlainHttp && !loopback.test(url.hostname)) throw new InvalidField('endpoint (plain http)')
  return url.href.replace(/\/+$/, '')
}

function texts(given: Record<string, unknown>, fields: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const field of fields) {
    const value = given[field]
    if (value === undefined) continue
    if (typeof value !== 'string' || value === '') throw new InvalidField(field)
    found[field] = value
  }
  return found
}
