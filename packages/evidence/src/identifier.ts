import { z } from 'zod'

/** A keyed one-way digest of a text, given by the caller: the same text gives the same digest under one key only (P1.3). */
export type Digest = (text: string) => string

/** One word of 1..64 plain characters. */
const TOKEN = /^[A-Za-z0-9][A-Za-z0-9._:/@#+-]{0,63}$/

/** What tells an identifier (`prime:0`, `case-12`, `7`) from a lone word of some language (`cancer`). */
const MARK_OF_AN_ID = /[0-9._:/@#-]/

/** A name that a person gave on purpose: 1..128 plain characters, at most four words. */
const LABEL = /^(?=.{1,128}$)[A-Za-z0-9][A-Za-z0-9._:/@+-]*(?: [A-Za-z0-9._:/@+-]+){0,3}$/

/** Wire schema of a case's or cluster's id: one token that isn't a lone word. */
export const caseIdSchema: z.ZodType<string> = z.string().regex(TOKEN).regex(MARK_OF_AN_ID)

/** Wire schema of the name of a column or field that nobody mapped: one token. */
export const tokenSchema: z.ZodType<string> = z.string().regex(TOKEN)

/** Wire schema of a metric, slice, provider or other name given on purpose: at most four words. */
export const labelSchema: z.ZodType<string> = z.string().regex(LABEL)

/**
 * Lets a text through as it stands if it has the shape that its place allows, replaces it by its digest if not, and counts
 * the texts replaced. Shapes bound what can pass; they don't understand it. A sentence passes nowhere, nor do two words as
 * an id or as a field's name. What is left: a single word as a field's name, words strung together with hyphens or dots
 * (`my-wife-is-ill`) as an id, and up to four words where the caller mapped a column of slices or named a metric, a provider
 * or a prompt (P1.2).
 */
export interface IdentifierGate {
  /** For ids of cases and clusters. */
  readonly caseId: (text: string) => string
  /** For names that the file chose: columns, fields, slices that nobody mapped. */
  readonly token: (text: string) => string
  /** For names that a person gave on purpose. */
  readonly label: (text: string) => string
  /** Digests a text whatever it looks like. */
  readonly hide: (text: string) => string
  readonly digested: () => number
}

/** A gate for one import. `digest` must itself answer what passes for an id. */
export function identifierGate(digest: Digest): IdentifierGate {
  const hidden = new Map<string, string>()
  const hide = (text: string): string => {
    const known = hidden.get(text)
    if (known !== undefined) return known
    const digested = digest(text)
    if (!isCaseId(digested)) throw new TypeError('digest() must answer what passes for an id')
    hidden.set(text, digested)
    return digested
  }
  return {
    caseId: (text) => (isCaseId(text) ? text : hide(text)),
    token: (text) => (TOKEN.test(text) ? text : hide(text)),
    label: (text) => (LABEL.test(text) ? text : hide(text)),
    hide,
    digested: () => hidden.size,
  }
}

function isCaseId(text: string): boolean {
  return TOKEN.test(text) && MARK_OF_AN_ID.test(text)
}
