/** So many places are named; the rest are counted. */
const NAMED = 3

/** Places of one fault: the first few lines, and how many more there are. */
export interface PlaceList {
  readonly add: (line: number) => void
  readonly count: () => number
  readonly first: () => number
  /** `in line 3`, or `in lines 3, 5, 7 and 12 more`. */
  readonly text: () => string
}

/** An empty list. */
export function placeList(): PlaceList {
  const lines: number[] = []
  let count = 0
  return {
    add(line) {
      count += 1
      if (lines.length < NAMED) lines.push(line)
    },
    count: () => count,
    first: () => lines[0] ?? 1,
    text() {
      const more = count - lines.length
      const named = lines.join(', ')
      return `in line${count === 1 ? '' : 's'} ${named}${more > 0 ? ` and ${more} more` : ''}`
    },
  }
}
