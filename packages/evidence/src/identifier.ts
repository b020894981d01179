import { z } from 'zod'

/** A keyed one-way digest of a text, given by the caller: the same text gives the same digest under one key only (P1.3). */
export type Digest = (text: string) => string

/** A bounded name: 1..128 plain characters, at most four words. Prose doesn't fit, so content can't pass as a name. */
const IDENTIFIER = /^(?=.{1,128}$)[A-Za-z0-9][A-Za-z0-9._:/@+-]*(?: [A-Za-z0-9._:/@+-]+){0,3}$/

/** Wire schema of a bounded name. */
export const identifierSchema: z.ZodType<string> = z.string().regex(IDENTIFIER)

/** Whether a text may leave an importer as it stands. */
export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text)
}

/** Replaces what isn't a bounded name by its digest, and counts how often. */
export interface IdentifierGate {
  readonly pass: (text: string) => string
  /** Digests a text whatever it looks like. */
  readonly hide: (text: string) => string
  readonly digested: () => number
}

/** A gate for one import. `digest` must itself answer a bounded name. */
export function identifierGate(digest: Digest): IdentifierGate {
  const hidden = new Map<string, string>()
  const hide = (text: string): string => {
    const known = hidden.get(text)
    if (known !== undefined) return known
    const digested = digest(text)
    if (!isIdentifier(digested)) throw new TypeError('digest() must answer a bounded name')
    hidden.set(text, digested)
    return digested
  }
  return { pass: (text) => (isIdentifier(text) ? text : hide(text)), hide, digested: () => hidden.size }
}
