import { DIRECTION_OF_PHRASE } from './direction-table.ts'
import { type Direction, isQuality, type MetricDefinition, type MetricKind } from './metric.ts'

/** Hints of a metric's direction: its kind and names, a person's word, and the format's. */
export interface DirectionHints {
  readonly kind: MetricKind
  /** The metric's name and the column it came from. */
  readonly names: readonly string[]
  readonly stated?: Direction | undefined
  readonly format?: Direction | undefined
}

/**
 * The direction of an imported metric, and who says it. A person's word holds. A name that contradicts the format (a check called
 * `toxicity` whose score rewards passing) leaves it open, as do two names that contradict each other.
 */
export function settleDirection({
  kind,
  names,
  stated,
  format,
}: DirectionHints): Pick<MetricDefinition, 'direction' | 'directionFrom'> {
  if (stated !== undefined) return { direction: stated, directionFrom: 'stated' }
  if (!isQuality(kind)) return { direction: 'down', directionFrom: 'kind' }
  const named = names.map(directionOf).filter((direction) => direction !== undefined)
  const said = new Set(format === undefined ? named : [...named, format])
  const [direction] = said
  if (direction === undefined || said.size > 1) return { direction: null }
  return { direction, directionFrom: format === undefined ? 'name' : 'format' }
}

/** Words that say nothing of which way is better, wherever they stand: how a value was made, or of what it is the measure. */
const NEUTRAL: ReadonlySet<string> = new Set(
  (
    'score scores rating ratings grade grades points stars rate rates ratio share percent percentage pct level value values metric result results mean avg average ' +
    'median total overall final raw count num number sum probability prob label flag judge judged llm gpt g ai human auto automatic model eval evals evaluation test ' +
    'answer answers response responses output outputs macro micro weighted norm normalized strict lenient fuzzy l lsum ms s sec secs seconds usd eur v at k the is was'
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

/** Words whose meaning turns with who or what is counted: `human_wins`, `num_matches` of a block list, `sensitivity_level` of data. */
const WEAK: ReadonlySet<string> = new Set(
  'match, matches, hits, hit rate, win, wins, won, win rate, preference rate, sensitivity'.split(', '),
)
/** Words that may stand beside the weak ones: how they are put into a number, and nothing of what they are of. */
const MEASURES: ReadonlySet<string> = new Set(
  'score scores rate rates ratio share percent percentage pct value metric result mean avg average macro micro weighted at k'.split(
    ' ',
  ),
)

const LONGEST_PHRASE: number = Math.max(...[...DIRECTION_OF_PHRASE.keys()].map((phrase) => phrase.split(' ').length))

/**
 * The direction that a metric's name states, by the curated table; undefined where it states none. It does so only if the whole name
 * is understood: one phrase of the table, and beside it nothing but neutral words and numbers behind them. Any other word may carry
 * the meaning (`injection_success`, `toxicity_free`, `harmful_refused`, `accuracy_gap`). Some phrases turn with what is counted, and
 * bear fewer words beside them. Spelling (`toxicityScore`) doesn't matter.
 */
export function directionOf(name: string): Direction | undefined {
  const words = wordsOf(name)
  const found: string[] = []
  for (let at = 0; at < words.length;) {
    const phrase = phraseAt(words, at)
    if (phrase !== undefined) found.push(phrase)
    else if (!NEUTRAL.has(words[at] ?? '') && !(at > 0 && /^\d+$/.test(words[at] ?? ''))) return undefined
    at += phrase?.split(' ').length ?? 1
  }
  const [phrase, another] = found
  if (phrase === undefined || another !== undefined) return undefined
  const beside = words.filter((word) => !phrase.split(' ').includes(word) && !/^\d+$/.test(word))
  if (WEAK.has(phrase) && beside.some((word) => !MEASURES.has(word))) return undefined
  if (AMOUNTS.has(phrase) && words.some((word) => GRADES.has(word))) return undefined
  return DIRECTION_OF_PHRASE.get(phrase)
}

/** The longest phrase of the table that begins at a word. */
function phraseAt(words: readonly string[], at: number): string | undefined {
  for (let length = Math.min(LONGEST_PHRASE, words.length - at); length > 0; length -= 1) {
    const phrase = words.slice(at, at + length).join(' ')
    if (DIRECTION_OF_PHRASE.has(phrase)) return phrase
  }
  return undefined
}

/** `ToxicityScore_v2` is `toxicity score v 2`; a number stands apart from its word, unless the word is known with it (`f1`). */
function wordsOf(name: string): string[] {
  return name
    .normalize('NFKC')
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}@]+/u)
    .flatMap((word) => (DIRECTION_OF_PHRASE.has(word) ? [word] : (word.match(/\d+|[^\d@]+/g) ?? [])))
}
