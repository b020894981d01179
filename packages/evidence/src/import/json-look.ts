import { isToken } from '../identifier.ts'
import { endOfString } from './json-keys.ts'

/** Where a text stops being JSON, and what stood there, in words that hold nothing of it. */
export interface JsonLook {
  readonly line: number
  /** 1-based, in characters of the line. */
  readonly column: number
  /** JSON pointer of the value that it stands in, or its beginning; a key that may be content is `*`. Empty for the whole. */
  readonly pointer: string
  /** The fault in words: what was expected, and what is there. */
  readonly text: string
}

/** An object or an array that is open, and the key or the index that is being read. */
interface Open {
  readonly isObject: boolean
  at: string | number
}

interface Stop {
  readonly offset: number
  readonly expected: string
  readonly found?: string
}

const scalar = /(?:true|false|null|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![A-Za-z_])/y
const badEscape = /\\(?!["\\/bfnrt]|u[\da-fA-F]{4})/y
/** The first character that is no control character; a string has those below it only escaped. */
const firstPrintable = 0x20
const space = /\s*/y

/**
 * Looks where a text stops being JSON; undefined where it is. `isSequence`: values may follow each other, as in JSON Lines. It reads one character after
 * the other, so it is for texts that were refused already. `NaN` and `Infinity` pass, as they do where Python's JSON is read.
 */
export function lookAtJson(
  text: string,
  { isSequence = false }: { readonly isSequence?: boolean } = {},
): JsonLook | undefined {
  const opened: Open[] = []
  const stop = firstFault(text, opened, isSequence)
  if (stop === undefined) return undefined
  const { offset, expected, found = foundAt(text, offset) } = stop
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  return {
    line: linesBefore(text, lineStart) + 1,
    column: offset - lineStart + 1,
    pointer: pointerTo(opened.map(({ at }) => at)),
    text:
      offset >= text.length
        ? `it ends where ${expected} is expected`
        : `${expected} is expected, and ${found} is there`,
  }
}

function firstFault(text: string, opened: Open[], isSequence: boolean): Stop | undefined {
  let at = skip(space, text, 0)
  for (let isDone = false; ; at = skip(space, text, at)) {
    if (isDone) {
      const closed = close(text, at, opened)
      if (typeof closed !== 'number') return closed
      if (opened.length === 0) {
        if (closed >= text.length) return undefined
        if (!isSequence) return { offset: closed, expected: 'the end of the file' }
      }
      at = skip(space, text, closed)
    }
    const read = readValue(text, at, opened)
    if (typeof read !== 'number') return read
    isDone = read >= 0
    at = isDone ? read : ~read
  }
}

/** Reads a value, or the beginning of one that holds others. @returns where it ends; for a beginning, the complement of where its first value is */
function readValue(text: string, at: number, opened: Open[]): number | Stop {
  const char = text[at]
  if (char === '"') return readString(text, at)
  if (char === '[' || char === '{') {
    const inside = skip(space, text, at + 1)
    if (text[inside] === (char === '[' ? ']' : '}')) return inside + 1
    opened.push({ isObject: char === '{', at: 0 })
    if (char === '[') return ~inside
    const value = readKey(text, inside, opened, 'a key in double quotes or }')
    return typeof value === 'number' ? ~value : value
  }
  const end = skip(scalar, text, at)
  return end > at ? end : { offset: at, expected: 'a value' }
}

/** Reads a key and its colon. @returns where the value begins */
function readKey(text: string, at: number, opened: readonly Open[], expected: string): number | Stop {
  if (text[at] !== '"') return { offset: at, expected }
  const end = readString(text, at)
  if (typeof end !== 'number') return end
  const open = opened.at(-1)
  if (open !== undefined) open.at = text.slice(at + 1, end - 1)
  const colon = skip(space, text, end)
  return text[colon] === ':' ? skip(space, text, colon + 1) : { offset: colon, expected: 'a colon' }
}

/** Closes what ends behind a value, and goes to the next one. @returns where that is, or the end of the whole */
function close(text: string, from: number, opened: Open[]): number | Stop {
  for (let at = from; ; at = skip(space, text, at)) {
    const open = opened.at(-1)
    if (open === undefined) return at
    const end = open.isObject ? '}' : ']'
    if (text[at] === end) {
      opened.pop()
      at += 1
    } else if (text[at] !== ',') return { offset: at, expected: `a comma or ${end}` }
    else if (open.isObject) return readKey(text, skip(space, text, at + 1), opened, 'a key in double quotes')
    else {
      open.at = Number(open.at) + 1
      return skip(space, text, at + 1)
    }
  }
}

function readString(text: string, start: number): number | Stop {
  const end = endOfString(text, start)
  const last = end === -1 ? text.length : end - 1
  for (let at = start + 1; at < last; at += text[at] === '\\' ? 2 : 1) {
    badEscape.lastIndex = at
    if (text.charCodeAt(at) >= firstPrintable && !badEscape.test(text)) continue
    const found = text[at] === '\\' ? 'a backslash before another character' : 'a line break or control character'
    return { offset: at, expected: 'a character of a string, or its closing quote', found }
  }
  if (end !== -1) return end
  return { offset: start, expected: 'a string that is closed', found: 'one whose closing quote is missing' }
}

const punctuation: Readonly<Record<string, string>> = {
  '"': 'a string',
  "'": 'a single quote, which Python writes and JSON has not',
  ',': 'a comma',
  ':': 'a colon',
  '{': 'an object',
  '[': 'an array',
  '}': 'a closing }',
  ']': 'a closing ]',
  '/': 'a comment, which JSON has not',
  '#': 'a comment, which JSON has not',
  '<': 'a <, as in HTML',
}

function foundAt(text: string, at: number): string {
  const char = text[at] ?? ''
  if (/^(?:True|False|None)\b/.test(text.slice(at, at + 8))) return 'a word of Python (True, False, None)'
  if (/[\d.+-]/.test(char)) return 'a number, or a part of one'
  return punctuation[char] ?? (/\p{L}/u.test(char) ? 'a word without quotes' : 'another character')
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function linesBefore(text: string, end: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/** Levels that a pointer names: of a file of brackets alone it would be as long as the file. */
const mostLevels = 32

function pointerTo(keys: readonly (number | string)[]): string {
  const shown = keys.slice(0, mostLevels).map((at) => `/${typeof at === 'number' || isToken(at) ? at : '*'}`)
  return `${shown.join('')}${keys.length > mostLevels ? `/… (${keys.length} levels)` : ''}`
}
