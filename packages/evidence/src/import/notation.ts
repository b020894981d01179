/** How a column writes its numbers. */
export type Notation = 'number' | 'decimal comma' | 'percent' | 'percent, decimal comma' | 'fraction' | 'words'

/** The decimal mark of ambiguous columns, where a person says it. */
export type DecimalMark = 'point' | 'comma'

interface NotationRule {
  readonly name: Notation
  /** How cells of it look. */
  readonly forms: readonly string[]
  readonly reads: string
}

/** The notations, the first that fits a whole column being taken. Source of the reference page. */
export const NOTATIONS: readonly NotationRule[] = [
  {
    name: 'number',
    forms: ['0.85', '-3', '1e-3', '1,234.5', '1 234'],
    reads: 'a decimal point; thousands set off by commas, spaces or apostrophes',
  },
  {
    name: 'decimal comma',
    forms: ['0,85', '1.234,5', '1 234,5'],
    reads: 'a decimal comma; thousands set off by points, spaces or apostrophes',
  },
  { name: 'percent', forms: ['85%', '85.5 %'], reads: 'hundredths: `85%` is 0.85' },
  { name: 'percent, decimal comma', forms: ['85,5%'], reads: 'hundredths: `85,5%` is 0.855' },
  { name: 'fraction', forms: ['4/5'], reads: 'the quotient: `4/5` is 0.8' },
  {
    name: 'words',
    forms: [
      'true',
      'false',
      'yes',
      'no',
      'Y',
      'N',
      'pass',
      'fail',
      'passed',
      'failed',
      '1',
      '0',
      '[PASS] …',
      '[FAIL] …',
    ],
    reads: '1 or 0, in any case of letters. `error` and `[ERROR] …` say that no answer came',
  },
]

/** Texts that say that nothing was measured, in any case of letters; so does an empty cell. Source of the reference page. */
export const MISSING_MARKS: readonly string[] = ['N/A', 'NA', '#N/A', 'NaN', 'null', 'None', '-', '–', '—']

/** A set of notations: bit n stands for `NOTATIONS[n]`. */
export type NotationSet = number

/** Every notation: what is left open by a column without a value. */
export const EVERY_NOTATION: NotationSet = 0b111111

/** Beside a cell's notations: a decimal point and a decimal comma would give it different values. */
export const DIFFERS = 0b1000000

const POINT = 0b1
const COMMA = 0b10
const FRACTION_BIT = 0b10000
const WORDS_BIT = 0b100000
/** The bits of `percent` stand so far above those of `number`. */
const PERCENT_SHIFT = 2

const INTEGER = /^[+-]?\d{1,300}$/
const POINT_PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const POINT_GROUPED = /^[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:[ \u00A0\u202F'’]\d{3})+)(?:\.\d+)?$/
const COMMA_PLAIN = /^[+-]?(?:\d+(?:,\d*)?|,\d+)(?:[eE][+-]?\d+)?$/
const COMMA_GROUPED = /^[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:[ \u00A0\u202F'’]\d{3})+)(?:,\d+)?$/
const FRACTION = /^(\d{1,15}(?:\.\d{1,15})?) ?\/ ?(\d{1,15}(?:\.\d{1,15})?)$/
const PREFIXED = /^\[(PASS|FAIL|ERROR)\](?:\s|$)/

const WORDS: ReadonlyMap<string, 1 | 0 | null> = new Map([
  ...['true', 'yes', 'y', 'pass', 'passed'].map((word) => [word, 1] as const),
  ...['false', 'no', 'n', 'fail', 'failed'].map((word) => [word, 0] as const),
  ['error', null],
])
const MISSING = new Set(MISSING_MARKS.map((mark) => mark.toLowerCase()))

/** Whether a cell says that nothing was measured. */
export function isMissing(cell: unknown): boolean {
  if (cell === undefined || cell === null || cell === '') return true
  if (typeof cell !== 'string') return typeof cell === 'number' && Number.isNaN(cell)
  if (cell.length > 64) return cell.trim() === ''
  const text = cell.trim()
  return text === '' || (text.length <= 4 && MISSING.has(text.toLowerCase()))
}

/**
 * The notations that can read a cell that isn't missing, with `DIFFERS` where it matters which. `pointsGroup`: a point may set off
 * thousands where it is the only mark (`1.234`), as it may in files whose separator isn't the comma.
 */
export function notationsOf(cell: unknown, pointsGroup: boolean): NotationSet {
  if (typeof cell === 'boolean') return WORDS_BIT
  if (typeof cell === 'number')
    return Number.isFinite(cell) ? POINT | COMMA | (cell === 0 || cell === 1 ? WORDS_BIT : 0) : 0
  if (typeof cell !== 'string') return 0
  const text = cell.trim()
  if (text.endsWith('%')) {
    const set = marksOf(text.slice(0, -1).trimEnd(), pointsGroup)
    return ((set & (POINT | COMMA)) << PERCENT_SHIFT) | (set & DIFFERS)
  }
  const marks = marksOf(text, pointsGroup)
  if (marks !== 0) return marks | ((marks & POINT) !== 0 && isZeroOrOne(text) ? WORDS_BIT : 0)
  if (fractionOf(text) !== undefined) return FRACTION_BIT
  return wordOf(text) === undefined ? 0 : WORDS_BIT
}

/** The value of a cell that isn't missing; null for a word that says that no answer came, `undefined` where the notation can't read it. */
export function valueOf(cell: unknown, notation: Notation): number | null | undefined {
  if (typeof cell === 'boolean') return notation === 'words' ? Number(cell) : undefined
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined
  if (typeof cell !== 'string') return undefined
  const text = cell.trim()
  return READERS[notation](text)
}

const READERS: Readonly<Record<Notation, (text: string) => number | null | undefined>> = {
  number: withPoint,
  'decimal comma': withComma,
  percent: (text) => hundredths(text, withPoint),
  'percent, decimal comma': (text) => hundredths(text, withComma),
  fraction: fractionOf,
  words: (text) => (isZeroOrOne(text) ? Number(text) : wordOf(text)),
}

/** Whether a cell is a 0 or 1, in digits or words. */
export function isZeroOrOneCell(cell: unknown): boolean {
  return (notationsOf(cell, false) & WORDS_BIT) !== 0
}

/** The notation to take of those that are left, the decimal mark of ambiguous columns being known. */
export function firstOf(set: NotationSet, decimal: DecimalMark): Notation | undefined {
  const allowed = onlyMark(set, decimal)
  return NOTATIONS.find((_, index) => (allowed & (1 << index)) !== 0)?.name
}

/** Whether a set leaves the decimal mark open. */
export function leavesMarkOpen(set: NotationSet): boolean {
  const both = (set | (set >> PERCENT_SHIFT)) & (POINT | COMMA)
  return (set & DIFFERS) !== 0 && both === (POINT | COMMA)
}

/** The decimal mark that a set has settled, if it has. */
export function settledMark(set: NotationSet): DecimalMark | undefined {
  const marks = (set | (set >> PERCENT_SHIFT)) & (POINT | COMMA)
  if (marks === POINT) return 'point'
  return marks === COMMA ? 'comma' : undefined
}

function onlyMark(set: NotationSet, decimal: DecimalMark): NotationSet {
  const mark = decimal === 'point' ? POINT : COMMA
  const others = set & (FRACTION_BIT | WORDS_BIT)
  const kept = (set & mark) | (set & (mark << PERCENT_SHIFT))
  return kept === 0 ? set : kept | others
}

function marksOf(text: string, pointsGroup: boolean): NotationSet {
  if (INTEGER.test(text)) return POINT | COMMA
  if (POINT_PLAIN.test(text)) {
    if (!Number.isFinite(Number(text))) return 0
    if (!/[.]/.test(text)) return POINT | COMMA
    return pointsGroup && COMMA_GROUPED.test(text) ? POINT | COMMA | DIFFERS : POINT
  }
  const marks = (POINT_GROUPED.test(text) ? POINT : 0) | (isCommaNumber(text) ? COMMA : 0)
  return marks === (POINT | COMMA) && text.includes(',') ? marks | DIFFERS : marks
}

function isCommaNumber(text: string): boolean {
  return (COMMA_PLAIN.test(text) || COMMA_GROUPED.test(text)) && withComma(text) !== undefined
}

function withPoint(text: string): number | undefined {
  if (POINT_PLAIN.test(text)) return finite(text)
  return POINT_GROUPED.test(text) ? finite(text.replaceAll(/[, \u00A0\u202F'’]/g, '')) : undefined
}

function withComma(text: string): number | undefined {
  if (COMMA_PLAIN.test(text)) return finite(text.replace(',', '.'))
  return COMMA_GROUPED.test(text) ? finite(text.replaceAll(/[. \u00A0\u202F'’]/g, '').replace(',', '.')) : undefined
}

/** Divided as decimals are: `28.7%` is 0.287, not 0.28700000000000003. */
function hundredths(text: string, read: (text: string) => number | undefined): number | undefined {
  if (!text.endsWith('%')) return undefined
  const value = read(text.slice(0, -1).trimEnd())
  return value === undefined ? undefined : value / 100
}

function fractionOf(text: string): number | undefined {
  if (text.length > 64) return undefined
  const [, numerator, denominator] = FRACTION.exec(text) ?? []
  return Number(denominator) > 0 ? Number(numerator) / Number(denominator) : undefined
}

function wordOf(text: string): 1 | 0 | null | undefined {
  if (text.startsWith('[')) {
    const word = PREFIXED.exec(text.slice(0, 9))?.[1]
    return word === undefined ? undefined : WORDS.get(word.toLowerCase())
  }
  return text.length > 8 ? undefined : WORDS.get(text.toLowerCase())
}

function isZeroOrOne(text: string): boolean {
  return text.length <= 4 && /^[01](?:\.0{0,2})?$/.test(text)
}

function finite(text: string): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}
