import { distinctCases, sharedCases, type CaseTable } from './cases/case-table.ts'
import { textAt } from './cases/text-column.ts'

/** Where at most this share of the smaller side's ids has a partner, pairing by id has failed. */
const FEW = 0.05
/** Where at least this share would have one, the ids were meant to pair. */
const MANY = 0.5

/** How two sides' ids differ that nearly match. */
export interface NearIds {
  /** Different ids of the smaller side. */
  readonly ids: number
  /** How many of them would pair. */
  readonly wouldPair: number
  readonly differIn: readonly ('case of letters' | 'leading zeros' | 'blanks and separators')[]
}

type Folding = readonly [name: NearIds['differIn'][number], fold: (id: string) => string]

const FOLDINGS: readonly Folding[] = [
  ['case of letters', (id) => id.toLowerCase()],
  ['leading zeros', (id) => id.replaceAll(/(?<!\d)0+(?=\d)/g, '')],
  ['blanks and separators', (id) => id.replaceAll(/[\s._:/-]+/g, '')],
]

/**
 * Tells ids of two runs that don't pair but would if they were written alike (`001` and `1`, `Q7` and `q7`); `undefined` where they pair, or
 * have nothing to do with each other. Ids that were replaced by their digest can't be compared so.
 */
export function nearIds(baseline: Iterable<string>, candidate: Iterable<string>): NearIds | undefined {
  const before = new Set(baseline)
  const after = new Set(candidate)
  const [smaller, larger] = before.size <= after.size ? [before, after] : [after, before]
  const ids = smaller.size
  if (ids === 0 || pairsBy(smaller, larger, (id) => id) > ids * FEW) return undefined
  const all = (id: string): string => FOLDINGS.reduce((folded, [, fold]) => fold(folded), id)
  const wouldPair = pairsBy(smaller, larger, all)
  if (wouldPair < ids * MANY) return undefined
  // A difference counts if fewer would pair without folding it away.
  const differIn = FOLDINGS.filter((left) => {
    const others = (id: string): string =>
      FOLDINGS.reduce((folded, folding) => (folding === left ? folded : folding[1](folded)), id)
    return pairsBy(smaller, larger, others) < wouldPair
  })
  return { ids, wouldPair, differIn: differIn.map(([name]) => name) }
}

/** A sentence for people; `undefined` where there is nothing to say. Ids become texts only where too few pair as they stand. */
export function nearIdsText(baseline: CaseTable, candidate: CaseTable): string | undefined {
  const shared = sharedCases(baseline, candidate)
  if (shared > FEW * Math.min(distinctCases(baseline), distinctCases(candidate))) return undefined
  const near = nearIds(idsOf(baseline), idsOf(candidate))
  if (!near) return undefined
  const { ids, wouldPair, differIn } = near
  return `${wouldPair} of ${ids} case ids would pair if both sides wrote them alike (${differIn.join(', ')}); export one side again with the ids of the other`
}

/** So many ids show how they are written. */
const MOST_IDS = 50_000

function* idsOf({ ids, rows }: CaseTable): Generator<string> {
  for (let row = 0; row < Math.min(rows, MOST_IDS); row += 1) yield textAt(ids, row)
}

/** How many of one side's ids, folded, the other side has; ids that fold into one count once. */
function pairsBy(smaller: ReadonlySet<string>, larger: ReadonlySet<string>, fold: (id: string) => string): number {
  const folded = new Set<string>()
  for (const id of smaller) folded.add(fold(id))
  const pairs = new Set<string>()
  for (const id of larger) if (folded.has(fold(id))) pairs.add(fold(id))
  return pairs.size
}
