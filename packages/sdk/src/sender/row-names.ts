import { textAt, textsPerNames } from '../capture/layout.ts'
import { InvalidField, isName, nameOf } from '../names.ts'

/** The texts of a row, checked once for all rows that have them. */
export interface RowNames {
  /** The field that keeps the row from being an event. */
  readonly invalid?: string
  /** The route and the finish reason, as JSON with a comma before each. */
  readonly json: string
  readonly scoreName?: string
  readonly fingerprint?: string
}

const mostKnown = 1_000

/** `sha256:` and 64 hex digits. */
const fingerprintPattern = /^sha256:[0-9a-f]{64}$/

/** Names that came lately: the same ones arrive as new strings with each chunk. */
export class KnownNames {
  readonly #known = new Map<string, RowNames>()

  /** Of a chunk, in their order. */
  of(texts: readonly (string | undefined)[]): RowNames[] {
    const names: RowNames[] = []
    for (let t = 0; t < texts.length; t += textsPerNames) names.push(this.#once(texts.slice(t, t + textsPerNames)))
    return names
  }

  #once(texts: readonly (string | undefined)[]): RowNames {
    const key = JSON.stringify(texts)
    let names = this.#known.get(key)
    if (names === undefined) {
      names = checked(texts)
      if (this.#known.size >= mostKnown) this.#known.clear()
      this.#known.set(key, names)
    }
    return names
  }
}

function checked(texts: readonly (string | undefined)[]): RowNames {
  const [route, finishReason] = [texts[textAt.route], texts[textAt.finishReason]]
  const [scoreName, fingerprint] = [texts[textAt.scoreName], texts[textAt.fingerprint]]
  try {
    if (fingerprint !== undefined && !fingerprintPattern.test(fingerprint)) throw new InvalidField('fingerprint')
    if (scoreName !== undefined && !isName(scoreName)) throw new InvalidField('score')
    return {
      json:
        (route === undefined ? '' : `,"route":"${nameOf(withoutBraces(route), 'route')}"`) +
        (finishReason === undefined ? '' : `,"finishReason":"${nameOf(finishReason, 'finishReason')}"`),
      ...(scoreName === undefined ? {} : { scoreName }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    }
  } catch (error) {
    return { json: '', invalid: (error as InvalidField).field }
  }
}

/** A template of an address as a name, as the doors of OpenTelemetry write it: `/chats/{id}` is `chats/:id`. */
function withoutBraces(route: string): string {
  return route
    .replace(/[{<(]([^})>]*)[})>]/g, ':$1')
    .replace(/[{}<>()*]/g, '')
    .replace(/^\/+/, '')
}
