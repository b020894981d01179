import { sql } from 'kysely'
import { isDamage, type Transaction } from '../platform/database.ts'

/** Answers instead of rows that the database holds and can't read. */
export const damaged: unique symbol = Symbol('damaged')

/** How often a range is halved before its rest is called unreadable as a whole. */
const mostReads = 400

/** Reads something that may be damaged. The transaction goes on either way. */
export async function readOrDamaged<T>(tx: Transaction, read: () => Promise<T>): Promise<T | typeof damaged> {
  await sql`savepoint reading`.execute(tx)
  try {
    const answer = await read()
    await sql`release savepoint reading`.execute(tx)
    return answer
  } catch (error) {
    if (!isDamage(error)) throw error
    await sql`rollback to savepoint reading`.execute(tx)
    return damaged
  }
}

/** A range of indices, its end not in it. */
export interface IndexRange {
  readonly first: number
  readonly end: number
}

/** Reads a range of rows around what is damaged in it, by halving: answers what could be read, and the indices of what couldn't. */
export async function readAround<T>(
  tx: Transaction,
  range: IndexRange,
  read: (range: IndexRange) => Promise<readonly T[]>,
): Promise<{ rows: T[]; unreadable: IndexRange[] }> {
  const rows: T[] = []
  const unreadable: IndexRange[] = []
  let reads = 0
  const waiting = [range]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    reads += 1
    const found = reads > mostReads ? damaged : await readOrDamaged(tx, () => read(next))
    if (found !== damaged) rows.push(...found)
    else if (next.end - next.first > 1 && reads <= mostReads) waiting.push(...halves(next))
    else join(unreadable, next)
  }
  return { rows, unreadable }
}

// The later half first, so that the earlier one is taken from the end next and all comes in order.
function halves({ first, end }: IndexRange): [IndexRange, IndexRange] {
  const middle = Math.floor((first + end) / 2)
  return [
    { first: middle, end },
    { first, end: middle },
  ]
}

/** Adds a range to a list in order, as one with the last where they touch. */
export function join(ranges: IndexRange[], range: IndexRange): void {
  const last = ranges.at(-1)
  if (last?.end === range.first) ranges.splice(-1, 1, { first: last.first, end: range.end })
  else ranges.push(range)
}

/** Entries in words: `entry 7 is`, `entries 7 to 9 are`. */
export function entriesAre({ first, end }: IndexRange): string {
  return end - first === 1 ? `entry ${first} is` : `entries ${first} to ${end - 1} are`
}
