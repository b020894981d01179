import { contextsAtMost } from '../capture/layout.ts'
import type { ContextMessage } from '../messages.ts'

/** The common part of the rows of one handle: the beginning of their JSON, and what was observed, in the order of the observations. */
interface Handle {
  readonly json: string
  /** From the first to the last of observations with the same fingerprint, or with none. */
  readonly spans: { first: number; last: number; fingerprint: string | undefined }[]
}

/** The beginning of a row's JSON, and its fingerprint. */
export interface Context {
  readonly json: string
  readonly fingerprint: string | undefined
}

/** Spans of a handle; the oldest goes, and its rows with no fingerprint. */
const mostSpans = 64
const mostRefused = 256

/**
 * Which configuration a row ran with. A handle's context number says how many observations came before the row; the fingerprint of the last
 * of them is told once it is digested, which may be after the row came.
 */
export class Contexts {
  readonly #handles: Handle[] = []
  readonly #refused = new Set<string>()

  tell({ index, fields, fingerprint: told }: ContextMessage): void {
    const handle = (this.#handles[index % contextsAtMost] ??= {
      json: JSON.stringify(fields).slice(1, -1),
      spans: [],
    })
    const order = Math.floor(index / contextsAtMost)
    const fingerprint = told !== undefined && this.#refused.has(told) ? undefined : told
    const { spans } = handle
    // They come in order, but for one that had to wait for its key.
    const place = spans.findLastIndex(({ last }) => last < order) + 1
    const before = spans[place - 1]
    if (before?.last === order - 1 && before.fingerprint === fingerprint) before.last = order
    else spans.splice(place, 0, { first: order, last: order, fingerprint })
    if (spans.length > mostSpans) spans.shift()
  }

  /** The server will never know this configuration: what ran with it goes with none. */
  refuse(fingerprint: string): void {
    if (this.#refused.size >= mostRefused) this.#refused.clear()
    this.#refused.add(fingerprint)
    for (const { spans } of this.#handles)
      for (const span of spans) if (span.fingerprint === fingerprint) span.fingerprint = undefined
  }

  /** Whether the fingerprint of a row with this number is still to come. */
  isOpen(index: number): boolean {
    const spans = this.#handles[index % contextsAtMost]?.spans
    const order = Math.floor(index / contextsAtMost)
    // What lies before the first was forgotten.
    return (
      spans?.[0] !== undefined && order > spans[0].last && !spans.some((it) => it.first <= order && order <= it.last)
    )
  }

  /** Undefined where there is no such handle. */
  of(index: number): Context | undefined {
    const handle = this.#handles[index % contextsAtMost]
    if (handle === undefined) return undefined
    const order = Math.floor(index / contextsAtMost)
    return {
      json: handle.json,
      fingerprint: handle.spans.find((it) => it.first <= order && order <= it.last)?.fingerprint,
    }
  }
}
