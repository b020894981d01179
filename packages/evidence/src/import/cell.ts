import { isBinary, isQuality, type MetricKind } from '../metric.ts'
import type { ImportFaultCode } from './faults.ts'
import { isMissing } from './notation.ts'

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const TRUE = new Set(['true', 'pass', 'passed', 'yes'])
const FALSE = new Set(['false', 'fail', 'failed', 'no'])

/** A metric's value, null where nothing was measured, or what is wrong with the cell. */
export type MetricCell = { readonly value: number | null } | { readonly fault: ImportFaultCode; readonly text: string }

/** Reads a metric from a cell of a table or a field of a JSON object. */
export function readMetric(cell: unknown, kind: MetricKind): MetricCell {
  if (isBlank(cell)) return { value: null }
  const value = toNumber(cell)
  if (value === undefined) return { fault: 'not_a_number', text: 'not a finite number' }
  if (isBinary(kind) && value !== 0 && value !== 1) return { fault: 'not_binary', text: 'neither 0 nor 1' }
  if (!isQuality(kind) && value < 0) return { fault: 'negative', text: 'below 0' }
  return { value }
}

/** The text of an identifier; `undefined` for a blank or for anything but a string or a finite number. */
export function readName(cell: unknown): string | undefined {
  if (isBlank(cell)) return undefined
  if (typeof cell === 'string') return cell.trim()
  return typeof cell === 'number' && Number.isFinite(cell) ? String(cell) : undefined
}

/** The text of a case's or cluster's id: as `readName`, and `undefined` for what says that there is none. */
export function readId(cell: unknown): string | undefined {
  return isMissing(cell) ? undefined : readName(cell)
}

/** Values that tools write in a column of errors where there was none. */
const NO_ERROR = new Set([
  '0',
  'ok',
  'success',
  'succeeded',
  'completed',
  'no error',
  'no errors',
  '[]',
  '{}',
  '""',
  "''",
])

/** Whether a cell says that no answer came. An empty list, or an object that says nothing, is no error. */
export function readFlag(cell: unknown): boolean {
  if (isMissing(cell) || cell === false || cell === 0) return false
  if (typeof cell === 'object' && cell !== null) return Object.values(cell).some((value: unknown) => readFlag(value))
  if (typeof cell !== 'string') return true
  const text = cell.trim().toLowerCase()
  return !(NO_ERROR.has(text) || FALSE.has(text))
}

/** Whether a cell holds nothing. */
export function isBlank(cell: unknown): boolean {
  return cell === undefined || cell === null || (typeof cell === 'string' && cell.trim() === '')
}

function toNumber(cell: unknown): number | undefined {
  if (typeof cell === 'boolean') return Number(cell)
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined
  if (typeof cell !== 'string') return undefined
  const text = cell.trim()
  if (!NUMBER.test(text)) return wordToNumber(text.toLowerCase())
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

function wordToNumber(word: string): number | undefined {
  if (TRUE.has(word)) return 1
  return FALSE.has(word) ? 0 : undefined
}
