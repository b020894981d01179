import { codeOf, widthOf } from './win-ansi.ts'

/** A part of a line: characters that the built-in fonts hold, or others, which are drawn as a picture. */
export interface Piece {
  readonly text: string
  readonly isPicture: boolean
  /** In points. */
  readonly width: number
}

/** How a text is set. */
export interface Setting {
  readonly size: number
  readonly isBold: boolean
}

/** The width of characters that no built-in font holds, in points: as the reader's own machine draws them. */
export type MeasurePicture = (text: string, setting: Setting) => number

/** Breaks a text into lines of a width; a word that is longer than one is broken. Lines that the text itself ends stay apart. */
export function linesOf(text: string, width: number, setting: Setting, measure: MeasurePicture): Piece[][] {
  return text
    .replaceAll('\t', '    ')
    .split(/\r\n|\r|\n/)
    .flatMap((line) => brokenAt(wordsOf(line, setting, measure), width))
    .map((line) => inReadingOrder(line, (joined) => measure(joined, setting)))
}

interface Word {
  readonly pieces: readonly Piece[]
  readonly width: number
}

function brokenAt(words: readonly Word[], width: number): Piece[][] {
  const lines: Piece[][] = [[]]
  let used = 0
  for (const word of words) {
    const isBlank = word.pieces.every(({ text }) => text.trim() === '')
    if (used + word.width > width && used > 0) {
      lines.push([])
      used = 0
      if (isBlank) continue
    }
    lines.at(-1)?.push(...word.pieces)
    used += word.width
  }
  return lines.map(merged)
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
/** So many characters of one word stay together; a longer one, such as a digest or a run of Chinese, is broken. */
const longest = 24

/** Words and the blanks between them, each with the pieces that it is drawn in. Characters of scripts without blanks are words of their own. */
function wordsOf(line: string, setting: Setting, measure: MeasurePicture): Word[] {
  const words: string[][] = []
  let isOpen = false
  for (const { segment } of segmenter.segment(line)) {
    const isBlank = segment.trim() === ''
    const isWide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{Extended_Pictographic}]/u.test(segment)
    const word = words.at(-1)
    if (isBlank || isWide || !isOpen || word === undefined || word.length >= longest) words.push([segment])
    else word.push(segment)
    isOpen = !isBlank && !isWide
  }
  return words.map((graphemes) => {
    const pieces = merged(graphemes.map((text) => pieceOf(text, setting, measure))).map(
      ({ text, isPicture, width }) => ({ text, isPicture, width: isPicture ? measure(text, setting) : width }),
    )
    return { pieces, width: pieces.reduce((sum, piece) => sum + piece.width, 0) }
  })
}

function pieceOf(text: string, setting: Setting, measure: MeasurePicture): Piece {
  // What has no picture of its own, such as a control character, is told as a question mark rather than left out.
  const shown = /^[\p{Cc}\p{Cs}\p{Co}\p{Cn}]+$/u.test(text) ? '?' : withoutTurns(text)
  const isPicture = Array.from(shown).some((character) => codeOf(character) === undefined)
  const width = isPicture ? measure(shown, setting) : (widthOf(shown, setting.isBold) * setting.size) / 1000
  return { text: shown, isPicture, width }
}

/** Marks that turn the direction of what follows would turn what stands beside it. */
function withoutTurns(text: string): string {
  const kept = text.replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
  return kept === '' ? '?' : kept
}

const fromTheRight = /[\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}\p{sc=Thaana}\p{sc=Nko}\p{sc=Adlam}]/u

/** Words of a script that is written from the right, and what stands between them, as one picture: whoever draws it puts them in order. */
function inReadingOrder(line: readonly Piece[], widthOfPicture: (text: string) => number): Piece[] {
  const result: Piece[] = []
  for (let at = 0; at < line.length; at += 1) {
    const end = endOfRun(line, at)
    const text = line
      .slice(at, end + 1)
      .map((piece) => piece.text)
      .join('')
    if (end > at) result.push({ text, isPicture: true, width: widthOfPicture(text) })
    else result.push(...line.slice(at, at + 1))
    at = end
  }
  return result
}

/** The place of the last piece from the right that only blanks, digits and marks part from the one at the start. */
function endOfRun(line: readonly Piece[], start: number): number {
  if (!fromTheRight.test(line[start]?.text ?? '')) return start
  let end = start
  for (let at = start + 1; at < line.length; at += 1) {
    const text = line[at]?.text ?? ''
    if (fromTheRight.test(text)) end = at
    else if (/\p{L}/u.test(text)) break
  }
  return end
}

/** Neighbours of one kind as one piece. */
function merged(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = []
  for (const piece of pieces) {
    const last = result.at(-1)
    if (last !== undefined && last.isPicture === piece.isPicture)
      result[result.length - 1] = { ...last, text: last.text + piece.text, width: last.width + piece.width }
    else result.push(piece)
  }
  return result
}
