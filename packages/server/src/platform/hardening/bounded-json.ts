/** A fault of a text of JSON beyond its grammar: worded for whoever sent it, without quoting it. */
export class JsonRefused extends Error {}

/** How large and deep a body may be, whatever its bytes. */
const usual = { depth: 32, members: 10_000, values: 100_000, stringLength: 262_144, numberLength: 64 }

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

/** Bounds that a door with larger bodies sets for itself. */
type JsonParts = Pick<typeof usual, 'members' | 'values'>

/** An object or array that is open while the text is read. */
interface Frame {
  /** The names in an object so far; undefined for an array. */
  readonly names: Set<string> | undefined
  /** Whether it is the value of a member `constructor`. */
  readonly ofConstructor: boolean
  /** The name whose value comes next. */
  name: string
}

/**
 * Reads a body of JSON (RFC 8259) that is small in depth and number of parts, names each member once, in UTF-8, and reaches for no prototype.
 * One pass over the text comes before anything is built from it.
 * @throws JsonRefused or SyntaxError
 */
export function parseBoundedJson(bytes: Uint8Array, parts: JsonParts = usual): unknown {
  const text = decode(bytes)
  inspect(text, parts)
  return JSON.parse(text)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new JsonRefused('the body is not UTF-8')
  }
}

/** Walks the strings, brackets and numbers of a text. What isn't JSON is left for `JSON.parse` to say. */
function inspect(text: string, parts: JsonParts): void {
  const frames: Frame[] = []
  let members = 0
  let values = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(text, at)
      const frame = frames.at(-1)
      if (frame?.names !== undefined && isName(text, end)) {
        refuseOver(++members, parts.members, 'members')
        enterMember(text.slice(at + 1, end), frame.names, frame)
      }
      at = end
    } else if (code === openBrace || code === openBracket) {
      frames.push(frameOf(code === openBrace, frames.at(-1)))
      refuseOver(frames.length, usual.depth, 'levels')
    } else if (code === closeBrace || code === closeBracket) {
      frames.pop()
    } else if (code === comma) {
      refuseOver(++values, parts.values, 'values')
    } else if (isNumberPart(code)) {
      at = endOfNumber(text, at)
      continue
    }
    at += 1
  }
}

function frameOf(isObject: boolean, parent: Frame | undefined): Frame {
  const ofConstructor = parent?.names !== undefined && parent.name === 'constructor'
  return { names: isObject ? new Set() : undefined, ofConstructor, name: '' }
}

/** Where a string's closing quote is. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      refuseOver(at - start, usual.stringLength, 'characters in one string')
      return at
    }
    at += code === backslash ? 2 : 1
  }
  throw new SyntaxError('a string is not closed')
}

/** Whether a string that ends here names a member: a colon follows it. */
function isName(text: string, end: number): boolean {
  let at = end + 1
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at += 1
  return text.charCodeAt(at) === colon
}

function enterMember(raw: string, names: Set<string>, frame: Frame): void {
  const name = raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw
  if (name === '__proto__') throw new JsonRefused('a member may not be named __proto__')
  if (name === 'prototype' && frame.ofConstructor)
    throw new JsonRefused('a member may not name a constructor’s prototype')
  if (names.has(name)) throw new JsonRefused('an object names a member twice')
  names.add(name)
  frame.name = name
}

function isNumberPart(code: number): boolean {
  return code === 0x2d || (code >= 0x30 && code <= 0x39)
}

/** Where a number ends. One that no double can hold would become infinite. */
function endOfNumber(text: string, start: number): number {
  let at = start
  while (at < text.length && '+-.eE0123456789'.includes(text.charAt(at))) at += 1
  refuseOver(at - start, usual.numberLength, 'characters in one number')
  if (!Number.isFinite(Number(text.slice(start, at))))
    throw new JsonRefused('a number is none, or beyond what a double holds')
  return at
}

function refuseOver(count: number, most: number, what: string): void {
  if (count > most) throw new JsonRefused(`the body has more than ${most} ${what}`)
}
