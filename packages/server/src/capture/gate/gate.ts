import { isUtf8 } from 'node:buffer'
import { createHmac } from 'node:crypto'
import { acceptedText, isKept } from './accepted-text.ts'
import { type AttributeId } from './attribute-index.ts'
import { allowedAttributes, longestDigested, longestJson, longestNumber, longestText } from './attribute-table.ts'
import { BodySize } from './body-size.ts'
import { Drops, type UnfitReason } from './dropped-names.ts'
import { oneOf, unknownReason } from './finish-reasons.ts'
import { readJsonMembers } from './json-members.ts'
import { type Facts, slots, type ValueKind } from './slots.ts'

/** A tenant's key for digests of prompts and tools (P1.3). */
export interface DigestKey {
  readonly keyId: string
  readonly key: Uint8Array
}

interface Rule {
  readonly kind: ValueKind
  readonly slot: number
  readonly rank: number
  readonly longest: number
}

const rules: readonly Rule[] = allowedAttributes.map(({ kind, slot }, index) => ({
  kind,
  slot: slots[slot],
  rank: allowedAttributes.slice(0, index).filter((it) => it.slot === slot).length,
  longest: longestOf(kind),
}))

function longestOf(kind: ValueKind): number {
  if (kind === 'number' || kind === 'integer') return longestNumber
  if (kind === 'digest') return longestDigested
  return kind.endsWith('Json') ? longestJson : longestText
}

/** Where a value that can't be read mustn't be told by another attribute, nor pass for one that wasn't told. */
const binding: ReadonlySet<ValueKind> = new Set(['service', 'environment', 'evaluation', 'operation'])
const numberForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** Where a value that holds nothing says that there is one, so that none may be assumed. */
const placing: ReadonlySet<ValueKind> = new Set(['service', 'environment'])

/** Integers that count something, or stand for a whole setting. */
const largestInteger = Number.MAX_SAFE_INTEGER

/**
 * Where content stops. A reader asks it for each attribute what may be read at all, hands over the value as text or number, and
 * the gate keeps it or counts it as dropped. It never sees the value of an attribute that isn't allowed.
 */
export class Gate {
  readonly drops = new Drops()
  readonly size = new BodySize()
  readonly #digestKey: DigestKey

  constructor(digestKey: DigestKey) {
    this.#digestKey = digestKey
  }

  /** Longest text in bytes that may be made a string on this attribute. */
  longestTextOn(id: AttributeId): number {
    return rules[id]?.longest ?? 0
  }

  /** Whether it is kept that it is there, and nothing of it read. */
  isPresence(id: AttributeId): boolean {
    return rules[id]?.kind === 'presence'
  }

  /** Whether the attribute takes several texts: the first counts, or all are digested together. */
  takesList(id: AttributeId): boolean {
    const kind = rules[id]?.kind
    return kind === 'finishReason' || kind === 'digest'
  }

  isDigest(id: AttributeId): boolean {
    return rules[id]?.kind === 'digest'
  }

  /** Counts a value that can't be kept, and keeps that there was one. */
  unfit(id: AttributeId, why: UnfitReason, facts: Facts): void {
    const rule = this.#claimed(id, facts)
    if (rule !== undefined) this.#refuse(rule, why, facts)
  }

  /** Hands over a value that holds nothing, as if there were no attribute; but a place that is told that way isn't one that wasn't told. */
  empty(id: AttributeId, facts: Facts): void {
    const kind = rules[id]?.kind
    if (kind !== undefined && placing.has(kind)) this.unfit(id, 'wrong_form', facts)
  }

  /** Hands over a text. @returns whether it may be remembered */
  text(id: AttributeId, text: string, facts: Facts): boolean {
    const rule = this.#claimed(id, facts)
    if (rule === undefined) return false
    const { kind, slot, rank } = rule
    if (kind === 'parametersJson' || kind === 'usageJson') {
      readJsonMembers(kind, text, facts, this.drops)
      return false
    }
    if (kind === 'number' || kind === 'integer') {
      const number = text.trim()
      this.#keepNumber(rule, numberForm.test(number) ? Number(number) : Number.NaN, facts)
      return false
    }
    const accepted = acceptedText(kind, text)
    if (accepted === undefined) this.#refuse(rule, 'wrong_form', facts)
    else facts.set(slot, rank, accepted)
    return isKept(kind, text, accepted)
  }

  /** Hands over the finish reasons of several choices, of which one is kept. */
  reasons(id: AttributeId, texts: readonly string[], facts: Facts): void {
    const rule = this.#claimed(id, facts)
    if (rule === undefined) return
    const accepted = oneOf(texts.map((text) => acceptedText(rule.kind, text)))
    if (accepted === undefined) this.#refuse(rule, 'wrong_form', facts)
    else facts.set(rule.slot, rule.rank, accepted)
  }

  number(id: AttributeId, value: number, facts: Facts): void {
    const rule = this.#claimed(id, facts)
    if (rule === undefined) return
    if (rule.kind === 'number' || rule.kind === 'integer') this.#keepNumber(rule, value, facts)
    else this.#refuse(rule, 'wrong_type', facts)
  }

  #keepNumber(rule: Rule, value: number, facts: Facts): void {
    const whole = rule.kind === 'integer'
    const isFit = Number.isFinite(value) && (!whole || (Number.isInteger(value) && Math.abs(value) <= largestInteger))
    if (isFit) facts.set(rule.slot, rule.rank, value)
    else this.#refuse(rule, 'wrong_form', facts)
  }

  /** The rule of an attribute that comes for the first time; of a second one of that name, nothing is read. */
  #claimed(id: AttributeId, facts: Facts): Rule | undefined {
    const rule = rules[id]
    if (rule === undefined || facts.claim(rule.slot, rule.rank)) return rule
    this.drops.field('repeated')
    return undefined
  }

  #refuse({ kind, slot, rank }: Rule, why: UnfitReason, facts: Facts): void {
    this.drops.field(why)
    if (kind === 'finishReason') facts.set(slot, rank, unknownReason)
    else facts.refuse(slot, rank, binding.has(kind))
  }

  /** Keeps the keyed digest of texts; the texts are gone with the request's body. Several are told apart by their lengths. */
  digest(id: AttributeId, texts: readonly Uint8Array[], facts: Facts): void {
    const rule = this.#claimed(id, facts)
    if (rule === undefined) return
    this.size.digest()
    const hmac = createHmac('sha256', this.#digestKey.key)
    const [only, ...more] = texts.map(wellFormed)
    if (only !== undefined && more.length === 0) hmac.update(only)
    else for (const text of texts.map(wellFormed)) hmac.update(`${text.length}\n`).update(text)
    facts.set(rule.slot, rule.rank, `hmac-sha256:${this.#digestKey.keyId}:${hmac.digest('hex')}`)
  }

  /** A keyed digest of what names a stream of a metric, in hexadecimal. Each part is told from the next by its length. */
  digestSeries(parts: readonly (Uint8Array | string)[]): string {
    const hmac = createHmac('sha256', this.#digestKey.key).update('series')
    for (const part of parts) hmac.update(`\n${part.length}\n`).update(part)
    return hmac.digest('hex')
  }

  present(id: AttributeId, facts: Facts): void {
    const rule = this.#claimed(id, facts)
    if (rule !== undefined) facts.set(rule.slot, rule.rank, 'present')
  }
}

// Bytes that are no text would be other bytes once they have been in JSON.
function wellFormed(text: Uint8Array): Uint8Array {
  return isUtf8(text) ? text : Buffer.from(Buffer.from(text).toString())
}
