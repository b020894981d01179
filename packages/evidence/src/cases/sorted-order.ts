/**
 * The order in which `compare` sorts so many rows; rows that are equal keep theirs. A merge sort from below over two arrays of
 * integers: the engine's own sort of a million rows makes an object of each.
 */
export function sortedOrder(rows: number, compare: (a: number, b: number) => number): Uint32Array {
  let from = Uint32Array.from({ length: rows }, (_, index) => index)
  if (isSorted(from, compare)) return from
  let to = new Uint32Array(rows)
  for (let width = 1; width < rows; width *= 2) {
    for (let start = 0; start < rows; start += 2 * width) mergeRuns(from, to, start, width, compare)
    ;[from, to] = [to, from]
  }
  // What would else lie about until the engine next looks for garbage, while the columns are copied.
  to.buffer.transfer(0)
  return from
}

function isSorted(order: Uint32Array, compare: (a: number, b: number) => number): boolean {
  for (let row = 1; row < order.length; row += 1) if (compare(row - 1, row) > 0) return false
  return true
}

/** Merges the sorted runs of `width` rows at `start` and behind it. */
function mergeRuns(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  width: number,
  compare: (a: number, b: number) => number,
): void {
  const middle = Math.min(start + width, from.length)
  const end = Math.min(middle + width, from.length)
  let [left, right] = [start, middle]
  for (let at = start; at < end; at += 1) {
    const isLeft = left < middle && (right >= end || compare(from[left] ?? 0, from[right] ?? 0) <= 0)
    to[at] = (isLeft ? from[left] : from[right]) ?? 0
    if (isLeft) left += 1
    else right += 1
  }
}
