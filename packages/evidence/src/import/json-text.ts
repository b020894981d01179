import type { FaultList } from './faults.ts'
import { endOfString as stringEnd } from './json-keys.ts'
import { parseJson, type JsonObject } from './json.ts'
import { lookAtJson, type JsonLook } from './json-look.ts'

/** A JSON text that isn't one, or that says a key twice: where reading it ended. */
export interface JsonFault {
  readonly offset: number
  /** The key that stands twice in one object. */
  readonly key?: string | undefined
}

/** One element of an array, parsed by itself. */
export interface JsonElement {
  readonly value: unknown
  readonly index: number
  /** JSON pointer of its array. */
  readonly array: string
}

const MEANINGFUL = /[^\s]/g
const BRACKET_OR_QUOTE = /["{}[\]]/g
const END_OF_SCALAR = /[\s,\]}]/g
const QUOTE_OR_CONSTANT = /"|-?Infinity|NaN/g

/**
 * Parses a JSON document whose large arrays are handed over element by element, and not kept: the arrays whose JSON pointers
 * `streamed` lists stand empty in the answer. A document of 100 MB then never stands in memory as objects.
 */
export function parseStreaming(
  text: string,
  streamed: readonly string[],
  take: (element: JsonElement) => void,
): { readonly value: unknown } | JsonFault {
  let at = 0

  /** Where a member stands; the root has no pointer of its own. */
  function read(pointer: string): unknown {
    at = skipSpace(text, at)
    const char = text[at]
    if (char === '[' && streamed.includes(pointer)) return readElements(pointer)
    if (char === '{' && streamed.some((path) => path.startsWith(`${pointer}/`))) return readMembers(pointer)
    const start = at
    at = endOfValue(text, start)
    return parseValue(text, start, at)
  }

  function readElements(array: string): [] {
    for (let index = 0; next(index === 0, ']'); index += 1) {
      const start = skipSpace(text, at)
      at = endOfValue(text, start)
      take({ value: parseValue(text, start, at), index, array })
    }
    return []
  }

  function readMembers(pointer: string): JsonObject {
    const members: Record<string, unknown> = Object.create(null) as Record<string, unknown>
    for (let isFirst = true; next(isFirst, '}'); isFirst = false) {
      const start = skipSpace(text, at)
      if (text[start] !== '"') throw new Stop(start)
      at = endOfValue(text, start)
      const key = parseValue(text, start, at) as string
      at = skipSpace(text, at)
      if (text[at] !== ':') throw new Stop(at)
      at += 1
      if (Object.hasOwn(members, key)) throw new Stop(start, key)
      members[key] = read(`${pointer}/${key}`)
    }
    return members
  }

  /** Steps over the opening bracket or a comma; false after the closing bracket. */
  function next(isFirst: boolean, close: string): boolean {
    if (isFirst) at += 1
    at = skipSpace(text, at)
    const char = text[at]
    if (char === close && isFirst) {
      at += 1
      return false
    }
    if (isFirst) return true
    at += 1
    if (char === close) return false
    if (char !== ',') throw new Stop(at - 1)
    return true
  }

  return stopping(() => {
    const value = read('')
    at = skipSpace(text, at)
    if (at < text.length) throw new Stop(at)
    return { value }
  })
}

/** Values that follow each other, by lines or with nothing between them; those that aren't JSON are told by their line. */
export function* jsonValues(text: string): Generator<{ readonly value: unknown; readonly line: number } | JsonFault> {
  let line = 1
  let counted = 0
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const start = at
    const found = stopping(() => {
      at = endOfValue(text, start)
      return { value: parseValue(text, start, at) }
    })
    if ('offset' in found) {
      yield found
      return
    }
    line += lineFeeds(text, counted, start)
    counted = start
    yield { value: found.value, line }
  }
}

/** Adds what keeps a text from being read as JSON, with its place and what was expected there. `isSequence`: values may follow each other. */
export function addJsonFault(
  text: string,
  { offset, key }: JsonFault,
  faults: FaultList,
  { isByLine = true, isSequence = false }: { readonly isByLine?: boolean; readonly isSequence?: boolean } = {},
): undefined {
  const look = key === undefined ? lookAtJson(text, { isSequence }) : undefined
  const line = look?.line ?? lineOf(text, offset)
  const place = { ...(isByLine ? { line } : {}), ...(look && look.pointer !== '' ? { pointer: look.pointer } : {}) }
  const where = isByLine ? '' : ` (line ${line})`
  if (key === undefined) return faults.add('malformed', `not valid JSON${where}${wordsOf(look)}`, place)
  return faults.add('duplicate_key', `a key stands twice in one object${where}`, { ...place, column: key })
}

/** Adds what makes the JSON of a cell mean two things. Whether it may be read: a text that only looks like JSON is a text. */
export function mayRead(
  cell: string,
  place: { readonly line?: number; readonly pointer?: string },
  faults: FaultList,
): boolean {
  if (!/^\s*[[{]/.test(cell)) return true
  const parsed = parseJson(cell)
  if ('value' in parsed || parsed.key === undefined) return true
  faults.add('duplicate_key', 'a key stands twice in one object of a cell', { ...place, column: parsed.key })
  return false
}

/** Puts a look into words that follow those that name the fault; none without a look. */
export function wordsOf(look: JsonLook | undefined): string {
  return look === undefined ? '' : `, column ${look.column}: ${look.text}`
}

/** The 1-based line of an offset. */
function lineOf(text: string, offset: number): number {
  return 1 + lineFeeds(text, 0, offset)
}

/**
 * The names of members that stand in the first value of a text, to three levels, as JSON pointers; `*` stands for an array's first
 * element. A text that ends within the value tells what it got to. `ended` is where the value ended.
 */
export function shallowKeys(text: string): { readonly keys: ReadonlySet<string>; readonly ended: number | undefined } {
  const keys = new Set<string>()
  let at = 0

  function walk(pointer: string, depth: number): void {
    at = skipSpace(text, at)
    if (text[at] === '[') keys.add(`${pointer}/*`)
    if ((text[at] !== '{' && text[at] !== '[') || depth === 0) {
      at = endOfValue(text, at)
      return
    }
    const isArray = text[at] === '['
    const start = at
    at = skipSpace(text, at + 1)
    if (isArray) {
      if (text[at] !== ']') walk(`${pointer}/*`, depth - 1)
      at = endOfValue(text, start)
      return
    }
    while (text[at] === '"') {
      const keyEnd = endOfValue(text, at)
      const name = `${pointer}/${text.slice(at + 1, keyEnd - 1)}`
      keys.add(name)
      at = skipSpace(text, keyEnd) + 1
      walk(name, depth - 1)
      at = skipSpace(text, at)
      if (text[at] === ',') at = skipSpace(text, at + 1)
    }
    if (text[at] !== '}') throw new Stop(at)
    at += 1
  }

  const walked = stopping(() => {
    walk('', 3)
    return { value: at }
  })
  return { keys, ended: 'value' in walked ? walked.value : undefined }
}

/** Ends the reading of a text; never seen outside. */
class Stop extends Error {
  readonly offset: number
  readonly key: string | undefined
  constructor(offset: number, key?: string) {
    super('not JSON')
    this.offset = offset
    this.key = key
  }
}

function stopping<T>(read: () => T): T | JsonFault {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { offset: error.offset, key: error.key }
  }
}

/** Python writes numbers that aren't finite as bare words, which JSON doesn't know: nothing was measured there. */
function parseValue(text: string, start: number, end: number): unknown {
  const slice = text.slice(start, end)
  const parsed = parseJson(slice)
  if ('value' in parsed) return parsed.value
  if (parsed.key !== undefined) throw new Stop(start + (parsed.offset ?? 0), parsed.key)
  const again = parseJson(withoutConstants(slice))
  if ('value' in again) return again.value
  throw new Stop(start + (parsed.offset ?? 0), again.key)
}

function withoutConstants(text: string): string {
  let out = ''
  let kept = 0
  QUOTE_OR_CONSTANT.lastIndex = 0
  for (let hit = QUOTE_OR_CONSTANT.exec(text); hit !== null; hit = QUOTE_OR_CONSTANT.exec(text)) {
    if (hit[0] === '"') QUOTE_OR_CONSTANT.lastIndex = endOfString(text, hit.index)
    else {
      out += `${text.slice(kept, hit.index)}null`
      kept = QUOTE_OR_CONSTANT.lastIndex
    }
  }
  return out + text.slice(kept)
}

/** Hops over a value without parsing it. @throws Stop where the text ends within it */
function endOfValue(text: string, start: number): number {
  const first = text[start]
  if (first === '"') return endOfString(text, start)
  if (first !== '{' && first !== '[') {
    const end = indexOf(END_OF_SCALAR, text, start)
    if (end === start) throw new Stop(start)
    return end === -1 ? text.length : end
  }
  let depth = 0
  let at = start
  for (;;) {
    const hit = indexOf(BRACKET_OR_QUOTE, text, at)
    if (hit === -1) throw new Stop(text.length)
    const char = text[hit]
    at = char === '"' ? endOfString(text, hit) : hit + 1
    if (char === '{' || char === '[') depth += 1
    if (char === '}' || char === ']') depth -= 1
    if (depth === 0) return at
  }
}

function endOfString(text: string, start: number): number {
  const end = stringEnd(text, start)
  if (end === -1) throw new Stop(text.length)
  return end
}

function skipSpace(text: string, start: number): number {
  const at = indexOf(MEANINGFUL, text, start)
  return at === -1 ? text.length : at
}

function indexOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.exec(text)?.index ?? -1
}

function lineFeeds(text: string, start: number, end: number): number {
  let count = 0
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
