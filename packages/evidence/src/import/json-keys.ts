/**
 * The first key that stands twice in one object of a JSON text, and where; undefined where none does. Of two values under one key
 * `JSON.parse` keeps the last and says nothing, so that one could hide behind another. Only where the text writes more keys than its value
 * holds are they looked at one by one: the usual text costs one pass over its strings.
 * @param value what the text parses to
 */
export function repeatedKey(text: string, value: unknown): RepeatedKey | undefined {
  const held = keysHeld(value)
  // Each key has a colon: where there are no more of them than keys are held, none stands twice.
  if (colonsOf(text) === held || keysWritten(text) === held) return undefined
  return firstRepeated(text)
}

/** A key that stands twice in one object. It may be content. */
export interface RepeatedKey {
  readonly key: string
  readonly offset: number
}

/** The end of a string whose opening quote is at `start`; -1 where the text ends within it. */
export function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1
    if (backslashes % 2 === 0) return quote + 1
  }
  return -1
}

function colonsOf(text: string): number {
  let count = 0
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) count += 1
  return count
}

/** In JSON a string before a colon is a key, and no other is. */
function keysWritten(text: string): number {
  let count = 0
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    at = endOfString(text, at)
    if (isKeyEnd(text, at)) count += 1
  }
  return count
}

const COLON = 0x3a
const BACKSLASH = 0x5c

function isKeyEnd(text: string, end: number): boolean {
  let at = end
  while (text.charCodeAt(at) <= 0x20) at += 1
  return text.charCodeAt(at) === COLON
}

function keysHeld(value: unknown): number {
  let count = 0
  // Not by recursion: how deep a file nests is its own choice.
  const left: unknown[] = [value]
  while (left.length > 0) {
    const next = left.pop()
    if (typeof next !== 'object' || next === null) continue
    if (Array.isArray(next)) {
      for (const inner of next as unknown[]) if (typeof inner === 'object') left.push(inner)
      continue
    }
    for (const key of Object.keys(next)) {
      count += 1
      const inner = (next as Readonly<Record<string, unknown>>)[key]
      if (typeof inner === 'object') left.push(inner)
    }
  }
  return count
}

function firstRepeated(text: string): RepeatedKey | undefined {
  const MARK = /["{}[\]]/g
  const open: (Set<string> | undefined)[] = []
  for (let hit = MARK.exec(text); hit !== null; hit = MARK.exec(text)) {
    if (hit[0] === '{') open.push(new Set())
    else if (hit[0] === '[') open.push(undefined)
    else if (hit[0] !== '"') open.pop()
    else {
      const end = endOfString(text, hit.index)
      MARK.lastIndex = end
      if (!isKeyEnd(text, end)) continue
      const key = JSON.parse(text.slice(hit.index, end)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) return { key, offset: hit.index }
      keys?.add(key)
    }
  }
  return undefined
}
