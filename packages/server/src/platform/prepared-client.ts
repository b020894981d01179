import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { Client } from 'pg'

/** So many statements a connection keeps prepared: what comes all the time is a few dozen. */
const mostPrepared = 200
const mostSeen = 500
const longestText = 4_000

/**
 * A connection that writes at once what is asked at once, be it the opening of a transaction, its settings and its first statement: each write
 * costs as much as a statement. And one that has the database prepare statements that come again, by their text: from the second time on they are parsed no more.
 * Two kinds are left alone. A page of a list, since which index serves it depends on what it is asked for, and a plan made without
 * knowing that could read a whole table; and what takes all columns, which PostgreSQL refuses to run again once a column was added, as
 * the next release may while this one still runs.
 */
export class PreparingClient extends Client {
  readonly #seen = new Set<string>()
  readonly #names = new Map<string, string>()
  #isGathering = false

  // oxlint-disable-next-line typescript/no-explicit-any -- the driver's function has a dozen forms
  override query(...given: any[]): any {
    this.#gather()
    const [text, values, ...rest] = given as [unknown, unknown, ...unknown[]]
    const name = typeof text === 'string' && Array.isArray(values) && values.length > 0 ? this.#nameOf(text) : undefined
    // Looked up with each call, and called as the driver's own is: the rest of its forms are its business.
    // oxlint-disable-next-line typescript/no-explicit-any -- as above
    const ask = super.query as (...it: any[]) => any
    return name === undefined ? ask.apply(this, given) : ask.apply(this, [{ name, text, values }, ...rest])
  }

  // Until all that can go on without an answer has gone on.
  #gather(): void {
    if (this.#isGathering) return
    this.#isGathering = true
    // The driver's types don't tell of it.
    const { stream } = (this as unknown as { connection: { stream: Writable } }).connection
    stream.cork()
    queueMicrotask(() =>
      process.nextTick(() => {
        this.#isGathering = false
        stream.uncork()
      }),
    )
  }

  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    if (this.#names.size >= mostPrepared || !mayBePrepared(text)) return undefined
    if (!this.#seen.delete(text)) {
      if (this.#seen.size >= mostSeen) this.#seen.clear()
      this.#seen.add(text)
      return undefined
    }
    const name = `by_text_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`
    this.#names.set(text, name)
    return name
  }
}

function mayBePrepared(text: string): boolean {
  return text.length <= longestText && !text.includes('*') && !/\blimit\b/i.test(text)
}
