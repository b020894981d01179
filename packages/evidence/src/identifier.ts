import { z } from 'zod'
import { distinctTexts } from './distinct-texts.ts'

/** A keyed one-way digest of a text, given by the caller: the same text gives the same digest under one key only (P1.3). */
export type Digest = (text: string) => string

/** One word of 1..64 plain characters. */
const TOKEN = /^[A-Za-z0-9][A-Za-z0-9._:/@#+-]{0,63}$/

/** Characters of which an identifier (`prime:0`, `case-12`, `7`) holds one, and a lone word of some language (`cancer`) none. */
const MARK_OF_AN_ID = /[0-9._:/@#-]/

/** A name that the file gives where the caller asked for one: 1..128 plain characters, at most four words. */
const LABEL = /^(?=.{1,128}$)[A-Za-z0-9][A-Za-z0-9._:/@+-]*(?: [A-Za-z0-9._:/@+-]+){0,3}$/

/** A name that a person typed: 1..128 visible characters of any script, at most six words. */
const TYPED = /^(?=.{1,128}$)[^\p{C}\p{Z}]+(?: [^\p{C}\p{Z}]+){0,5}$/u

/** The form of a typed name, in words for those whose name was refused. */
export const TYPED_FORM = 'takes 1 to 128 visible characters, at most six words with one blank between them'

/** So many digests are remembered at once; a digest that was forgotten is made again. */
const MOST_REMEMBERED = 4096

/** Wire schema of a case's or cluster's id: one token that isn't a lone word. */
export const caseIdSchema: z.ZodType<string> = z.string().regex(TOKEN).regex(MARK_OF_AN_ID)

/** Wire schema of the name of a column or field that nobody mapped: one token. */
export const tokenSchema: z.ZodType<string> = z.string().regex(TOKEN)

/** Wire schema of a metric, slice, provider or other name: as a person may type it, which holds what a file may give. */
export const labelSchema: z.ZodType<string> = z.string().regex(TYPED, { error: TYPED_FORM })

/** Whether a text is a name that a person may type and see again. */
export function isTypedName(text: string): boolean {
  return TYPED.test(text)
}

/** Whether a name that a file gives may be shown: plain characters, at most four words. */
export function isLabel(text: string): boolean {
  return LABEL.test(text)
}

/** Whether a text passes for an id of a case or cluster. */
export function isCaseId(text: string): boolean {
  return isToken(text) && MARK_OF_AN_ID.test(text)
}

/** Whether a text is one word of plain characters. */
export function isToken(text: string): boolean {
  return TOKEN.test(text)
}

/**
 * Lets a text through as it stands if it has the shape that its place allows, replaces it by its digest if not, and counts
 * the texts replaced. Shapes bound what can pass; they don't understand it. A sentence passes nowhere, nor do two words as
 * an id or as a field's name. What is left: a single word as a field's name, words strung together with hyphens or dots
 * (`my-wife-is-ill`) as an id, and up to four words where the caller mapped a column of slices or asked for a provider
 * or a prompt (P1.2). What the caller typed comes back as it was typed: it came from the caller, not from the file.
 */
export interface IdentifierGate {
  /** For ids of cases and clusters. */
  readonly caseId: (text: string) => string
  /** For names that the file chose: columns, fields, slices that nobody mapped. */
  readonly token: (text: string) => string
  /** For names that the caller asked the file for, or typed. */
  readonly label: (text: string) => string
  /** Digests a text whatever it looks like. */
  readonly hide: (text: string) => string
  /** How many different texts were replaced; beyond a million, at least as many. */
  readonly digested: () => number
}

/** A gate for one import. `digest` must itself answer what passes for an id; `typed` are the names that the caller typed. */
export function identifierGate(digest: Digest, typed: Iterable<string> = []): IdentifierGate {
  const remembered = new Map<string, string>()
  const replaced = distinctTexts()
  const known = new Set([...typed].filter(isTypedName))
  const hide = (text: string): string => {
    const before = remembered.get(text)
    if (before !== undefined) return before
    const digested = digest(text)
    if (!isCaseId(digested)) throw new TypeError('digest() must answer what passes for an id')
    // By its digest, which nobody without the key can make collide.
    replaced.add(digested)
    if (remembered.size >= MOST_REMEMBERED) remembered.clear()
    if (text.length <= 1024) remembered.set(text, digested)
    return digested
  }
  return {
    caseId: (text) => (isCaseId(text) ? text : hide(text)),
    token: (text) => (isToken(text) || known.has(text) ? text : hide(text)),
    label: (text) => (isLabel(text) || known.has(text) ? text : hide(text)),
    hide,
    digested: () => replaced.count(),
  }
}
