import { exact } from '../api/instants.ts'
import { rulingWords } from '../systems/ruling-words.ts'
import type { Dossier } from './dossier.ts'

/** Why, by whom and until when, in a few words. */
export function gateWords({
  cause,
  decidedBy,
  validUntil,
}: Pick<NonNullable<Dossier['gate']>, 'cause' | 'decidedBy' | 'validUntil'>): string {
  const who = decidedBy.join(' and ')
  const isTheirs = cause === 'recorded' || cause === 'accepted' || cause === 'refused'
  const by = who === '' ? '' : isTheirs ? `, by ${who}` : `; decided by ${who}`
  const until = validUntil === null ? '' : `, until ${exact(validUntil)}`
  const { word } = rulingWords[cause]
  return `${word.charAt(0).toLowerCase()}${word.slice(1)}${by}${until}.`
}
