import { isName } from './names.ts'

const longestShown = 64

/**
 * A field that there isn't, in words: where it is, and which one was meant, as far as that can be told; else which there are. A key that
 * isn't a name isn't shown: it may be content.
 */
export function unknownField(at: string, key: string, known: readonly string[]): string {
  const isShown = key.length <= longestShown && isName(key)
  const near = isShown ? nearest(key, known) : []
  const meant = near.length > 0 ? `is ${near.join(' or ')} meant?` : `there are ${known.join(', ')}`
  return `${at}.${isShown ? key : '(no name)'}: ${meant}`
}

/** Whether to look through the members of something: what has a length may have a million of them, and none that is a field. */
export function isFielded(value: object): boolean {
  return (value as { length?: unknown }).length === undefined
}

/** Those of the names that are nearest to a key, if they are near: `latency_ms` and `latency` are to `latencyMs`. */
function nearest(key: string, known: readonly string[]): string[] {
  const distances = known.map((name) => distance(plain(key), plain(name)))
  const least = Math.min(...distances)
  return least > key.length / 3 ? [] : known.filter((_, n) => distances[n] === least)
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** How many characters differ (Levenshtein); one where a name is a part of the other. */
function distance(a: string, b: string): number {
  if (a !== b && Math.min(a.length, b.length) > 2 && (a.includes(b) || b.includes(a))) return 1
  let row = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++)
      next.push(
        Math.min((next[j] as number) + 1, (row[j + 1] as number) + 1, (row[j] as number) + Number(a[i] !== b[j])),
      )
    row = next
  }
  return row[b.length] as number
}
