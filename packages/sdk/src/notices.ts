import { type Diagnostic, diagnosticOf, type DiagnosticCode } from './diagnostics.ts'
import { isFielded, unknownField } from './unknown-field.ts'

const mostFields = 64
const mostShown = 128

const settled = Promise.resolve()

/** The diagnostics of a client: passed to its host as they come up, and kept for when the host asks. */
export class Notices {
  readonly #hook: ((diagnostic: Diagnostic) => unknown) | undefined
  /** The last of each kind, and of each field. */
  readonly #kept = new Map<string, Diagnostic>()
  readonly #fields = new Set<string>()
  #isOverflowing = false

  constructor(hook: ((diagnostic: Diagnostic) => unknown) | undefined) {
    this.#hook = hook
  }

  /** All that is wrong, or went wrong and cost events. */
  get all(): Diagnostic[] {
    return [...this.#kept.values()]
  }

  say(code: DiagnosticCode, detail?: string, key?: string): void {
    const diagnostic = this.keep(code, detail, key)
    const hook = this.#hook
    // Off the host's stack; and whatever the hook does, or returns, is its own affair.
    if (hook !== undefined) settled.then(() => hook(diagnostic)).catch(() => undefined)
  }

  /** Has it ready without a word: for what the host learns from a call of its own. */
  keep(code: DiagnosticCode, detail?: string, key: string = code): Diagnostic {
    const diagnostic = diagnosticOf(code, detail)
    this.#kept.delete(key)
    this.#kept.set(key, diagnostic)
    return diagnostic
  }

  /** It is over. */
  drop(code: DiagnosticCode): void {
    this.#kept.delete(code)
  }

  /** Says it, unless it was said before. */
  once(code: DiagnosticCode): void {
    if (!this.#kept.has(code)) this.say(code)
  }

  /** Says what either thread has to say. Both may run out of room: it is one state, told once. */
  pass(code: DiagnosticCode, detail?: string): void {
    if (code === 'invalid') return this.invalid(detail ?? '')
    if (code === 'overflow' && this.#isOverflowing) return
    if (code === 'overflow') this.#isOverflowing = true
    this.say(code, detail)
    if (code !== 'delivering') return
    this.#isOverflowing = false
    for (const over of ['unreachable', 'timeout', code] as const) this.drop(over)
  }

  /** There is room again. */
  endOverflow(): void {
    this.#isOverflowing = false
  }

  /** Says that an event was dropped, once a field: a host that does it wrong does it with every event. */
  invalid(field: string): void {
    if (this.#isNew(field)) this.say('invalid', field, `invalid ${field}`)
  }

  /** Says, once, that there is no such field. */
  unknown(at: string, key: string, known: readonly string[]): void {
    const field = `${at}.${key.slice(0, mostShown)}`
    if (this.#isNew(field)) this.say('unknown_field', unknownField(at, key, known), `unknown ${field}`)
  }

  /** Says it of each member that isn't a known one. @returns whether one of them means an environment, and none is given: it would be taken for another */
  unknownOf(at: string, value: unknown, known: readonly string[]): boolean {
    let isMisspelt = false
    try {
      if (typeof value !== 'object' || value === null || !isFielded(value)) return false
      for (const key of Object.keys(value)) {
        if (known.includes(key)) continue
        this.unknown(at, key, known)
        isMisspelt ||= !('environment' in value) && unknownField(at, key, known).endsWith(': is environment meant?')
      }
    } catch {
      // What can't be looked through has nothing to be told of.
    }
    return isMisspelt
  }

  #isNew(field: string): boolean {
    if (this.#fields.size >= mostFields || this.#fields.has(field)) return false
    this.#fields.add(field)
    return true
  }
}
