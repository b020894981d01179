/// <reference lib="esnext.disposable" preserve="true" />

import { contextsAtMost } from './capture/layout.ts'
import { Client, type Told } from './client.ts'
import { objectOf, plainJson, snapshotOf } from './configuration/snapshot.ts'
import type { Diagnostic } from './diagnostics.ts'
import { nameOf } from './names.ts'
import type {
  AfterAIOptions,
  Measurement,
  ObservedConfiguration,
  ObserveOptions,
  RecordedChange,
  Stats,
} from './types.ts'

/** One system in one environment. Each method returns at once, never throws, and works detached from its object. */
export interface System {
  /** Tells what the system runs with: at start-up, at deploy, and when it changes. */
  readonly observe: (configuration: ObservedConfiguration, options?: ObserveOptions) => void
  /** Tells of a change that people or a pipeline make. */
  readonly record: (change: RecordedChange) => void
  /** Tells what came of one request. */
  readonly measure: (measurement: Measurement) => void
}

/**
 * A client. It wraps nothing and waits for nothing: what it is told goes to a thread of its own, and from there to the server.
 * Options that can't be used switch it off and are told to `onDiagnostic`; nothing is thrown.
 * @example
 * const afterai = new AfterAI({ apiKey, endpoint: 'https://afterai.example.com' })
 * const bot = afterai.system('support-bot')
 * bot.observe({ model: { provider: 'openai', name: 'gpt-5' }, prompts: { support: promptText } })
 * bot.measure({ latencyMs: 812, inputTokens: 950, outputTokens: 120 })
 */
export class AfterAI implements AsyncDisposable {
  readonly #client: Client
  readonly #systems = new Map<string, System>()

  constructor(options: AfterAIOptions) {
    this.#client = new Client(options)
  }

  /** A handle on a system. The same name and environment give the same handle. */
  readonly system = (name: string, options?: { readonly environment?: string }): System => {
    // None rather than another one than is meant: what the handle is told is refused then.
    const isMisspelt = this.#client.notices.unknownOf('system', options, ['environment'])
    const environment = isMisspelt ? '' : (environmentOf(options) ?? this.#client.options?.environment ?? '')
    // A key only of what can be a name: what can't is refused below, whatever it is.
    const key = isShort(name) && isShort(environment) ? `${name} ${environment}` : ''
    const known = this.#systems.get(key)
    if (known !== undefined) return known
    const made = systemOf(this.#client, name, environment)
    if (key !== '' && this.#systems.size < 1_000) this.#systems.set(key, made)
    return made
  }

  /**
   * Waits until the server acknowledged all that was told before the call, 2 s at most if not told otherwise. Never rejects.
   * @returns true only if it did, each event since the client was made. False if any was dropped, for whatever reason, or is still open,
   * and of a client that is off; `diagnostics()` says why. Where nothing was told there is nothing to lose: true, and no server was asked.
   */
  readonly flush = (timeoutMs?: number): Promise<boolean> => this.#client.flush(timeoutMs)

  /** Flushes, and ends the client. Never rejects. */
  readonly shutdown = (timeoutMs?: number): Promise<void> => this.#client.close(timeoutMs)

  /** Counts every event so far as delivered, dropped or pending. */
  readonly stats = (): Stats => this.#client.stats()

  /**
   * Diagnostics of what is wrong, or went wrong and cost events, as `onDiagnostic` takes them: the last of each code, and of each field.
   * One goes once it is over, such as an outage that lost nothing.
   */
  readonly diagnostics = (): readonly Diagnostic[] => this.#client.notices.all

  /** `await using` shuts it down. */
  readonly [Symbol.asyncDispose] = (): Promise<void> => this.#client.close(undefined)
}

function systemOf(client: Client, name: string, environment: string): System {
  let context = contextOf(client, name, environment)
  return {
    measure: (measurement) => client.measure(context, measurement),
    observe: (configuration, options) => {
      // At once: its fingerprint isn't known before it is digested.
      context += contextsAtMost
      const prepare = (): Told => ({
        snapshot: snapshotOf(configuration),
        message: {
          ...namesOf(name, environment),
          plain: plainJson({ revision: client.options?.revision, ...objectOf(options ?? {}) }),
        },
      })
      client.tell('observation', prepare, context)
    },
    record: (change) =>
      client.tell('change', () => {
        const { after, ...plain } = objectOf(change)
        return {
          snapshot: after === undefined ? undefined : snapshotOf(after),
          message: { ...namesOf(name, environment), plain: plainJson(plain) },
        }
      }),
  }
}

function namesOf(name: string, environment: string): { system: string; environment: string } {
  return { system: nameOf(name, 'system'), environment: nameOf(environment, 'environment') }
}

// A name that isn't one has no context: the sender refuses its rows.
function contextOf(client: Client, name: string, environment: string): number {
  try {
    const names = namesOf(name, environment)
    return client.contextOf(names.system, names.environment)
  } catch {
    return Number.NaN
  }
}

function environmentOf(options: { readonly environment?: string } | undefined): string | undefined {
  try {
    return options?.environment
  } catch {
    return ''
  }
}

function isShort(name: unknown): boolean {
  return typeof name === 'string' && name.length <= 128
}
