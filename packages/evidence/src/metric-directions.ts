import { DIRECTION_OF_PHRASE } from './direction-table.ts'
import type { Direction } from './metric.ts'

/** Words that may turn a name round: `toxicity_free`, `non_hallucination`, `bias_detection`. With one of them nothing is certain. */
const TURNING: ReadonlySet<string> = new Set(
  (
    'no not non without free anti less lack absence avoid avoided avoidance resist resistance resistant robust robustness ' +
    'detect detected detection detector recover recovered recovery reduce reduced reduction prevent prevented prevention ' +
    'handle handled handling aware awareness inverse inverted neg negative negated under over below mitigation mitigated ' +
    'defence defense protection saved saving savings improvement gain drop decrease increase delta diff change'
  ).split(' '),
)

/** A score given to an amount may reward little of it: `latency_score`. */
const GRADES: ReadonlySet<string> = new Set(['score', 'scores', 'rating', 'grade', 'points', 'stars', 'index'])
const AMOUNTS: ReadonlySet<string> = new Set([
  'latency',
  'duration',
  'elapsed',
  'response time',
  'ttft',
  'tpot',
  'cost',
  'costs',
  'price',
])

const LONGEST_PHRASE: number = Math.max(...[...DIRECTION_OF_PHRASE.keys()].map((phrase) => phrase.split(' ').length))

/**
 * The direction that a metric's name states, by the curated table; undefined where it states none, where two of its words disagree
 * (`toxicity_pass`), or where a word may turn it round (`toxicity_free`). Spelling (`toxicityScore`, `Toxicity-Score`) doesn't matter.
 */
export function directionOf(name: string): Direction | undefined {
  const words = wordsOf(name)
  const found = new Set<Direction>()
  for (let at = 0; at < words.length;) {
    const phrase = phraseAt(words, at)
    if (phrase === undefined && TURNING.has(words[at] ?? '')) return undefined
    if (phrase !== undefined) {
      if (AMOUNTS.has(phrase) && words.some((word) => GRADES.has(word))) return undefined
      found.add(DIRECTION_OF_PHRASE.get(phrase) ?? 'up')
    }
    at += phrase?.split(' ').length ?? 1
  }
  const [direction] = found
  return found.size === 1 ? direction : undefined
}

/** The longest phrase of the table that begins at a word. */
function phraseAt(words: readonly string[], at: number): string | undefined {
  for (let length = Math.min(LONGEST_PHRASE, words.length - at); length > 0; length -= 1) {
    const phrase = words.slice(at, at + length).join(' ')
    if (DIRECTION_OF_PHRASE.has(phrase)) return phrase
  }
  return undefined
}

/** `ToxicityScore_v2` is `toxicity score v2`; a number behind a word is left out, unless the word is known with it (`f1`). */
function wordsOf(name: string): string[] {
  return name
    .normalize('NFKC')
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}@]+/u)
    .filter((word) => word !== '')
    .map((word) => (DIRECTION_OF_PHRASE.has(word) ? word : word.replace(/@?\d+$/, '')))
    .filter((word) => word !== '')
}
