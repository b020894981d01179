/** Numbers from the first to the last, both included. */
export type NumberRange = readonly [first: number, last: number]

/** Which numbers of a producer were seen: how many entries, and the ranges that their numbers fill, in order and apart. */
export interface SeenNumbers {
  readonly count: number
  readonly ranges: readonly NumberRange[]
}

/** Follows the numbers of producers, which number their entries from 1: an entry that never arrived leaves a gap. */
export interface ProducerNumbers {
  /** Takes in entries of a producer, in any order and in as many parts as there are. */
  add(producer: string, seen: SeenNumbers): void
  /** Numbers seen so far, by producer. */
  seen(): Record<string, SeenNumbers>
  /** Faults in words: numbers that are missing or there twice; none where all numbers from 1 on are there once. */
  faults(): string[]
}

/** Ranges that are followed at most: of a sound log, each producer has one. What it holds is bounded by this, not by the log. */
const mostRanges = 100_000

/** Follows numbers, from what was seen before on. */
export function followNumbers(
  before: Readonly<Record<string, SeenNumbers>> = {},
  { most = mostRanges }: { readonly most?: number } = {},
): ProducerNumbers {
  const producers = new Map<string, { count: number; ranges: NumberRange[] }>()
  let held = 0
  const add: ProducerNumbers['add'] = (producer, { count, ranges }) => {
    // Once there are too many nothing more is learnt, and the answer below says so.
    if (held > most) return
    const own = producers.get(producer) ?? { count: 0, ranges: [] }
    producers.set(producer, own)
    own.count += count
    held -= own.ranges.length
    for (const range of ranges) insert(own.ranges, range)
    held += own.ranges.length
  }
  for (const [producer, seen] of Object.entries(before)) add(producer, seen)
  return {
    add,
    seen: () => Object.fromEntries(producers),
    faults: () =>
      held > most
        ? [`the numbers of producers are in more than ${most} pieces: whether any is missing is not told`]
        : [...producers].flatMap(([producer, seen]) => faultsOf(producer, seen)),
  }
}

function faultsOf(producer: string, { count, ranges }: SeenNumbers): string[] {
  const [first, last] = [ranges[0]?.[0], ranges.at(-1)?.[1]]
  if (first === undefined || last === undefined || (ranges.length === 1 && first === 1 && last === count)) return []
  const numbers = ranges.reduce((sum, [begin, end]) => sum + end - begin + 1, 0)
  const [missing, repeated] = [last - numbers, count - numbers]
  const which = [
    ...(missing > 0 ? [`missing numbers: ${missing}`] : []),
    ...(repeated > 0 ? [`entries with a number that another one has: ${repeated}`] : []),
  ]
  return [[`producer ${producer} has ${count} entries, numbered from ${first} to ${last}`, ...which].join('; ')]
}

/** Puts a range among others, as one with those that it touches. */
function insert(ranges: NumberRange[], [first, last]: NumberRange): void {
  const from = countWhile(ranges, ([, end]) => end < first - 1)
  const to = countWhile(ranges, ([begin]) => begin <= last + 1)
  const touched = ranges.slice(from, to)
  const [begin, end] = [touched[0] ?? [first, last], touched.at(-1) ?? [first, last]]
  ranges.splice(from, to - from, [Math.min(first, begin[0]), Math.max(last, end[1])])
}

/** How many of the first ranges are so; those that are come before those that aren't. */
function countWhile(ranges: readonly NumberRange[], isSo: (range: NumberRange) => boolean): number {
  let [low, high] = [0, ranges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const range = ranges[middle]
    if (range !== undefined && isSo(range)) low = middle + 1
    else high = middle
  }
  return low
}
