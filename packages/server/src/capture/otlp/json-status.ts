import { type Json, memberOf, objectOf } from './json-shapes.ts'

const failures: ReadonlySet<string> = new Set(['2', 'error', 'status_code_error', 'statuscode.error'])
const others: ReadonlySet<string> = new Set([
  '',
  '0',
  '1',
  'ok',
  'unset',
  'status_code_ok',
  'status_code_unset',
  'statuscode.ok',
  'statuscode.unset',
])

/** Whether a span failed, by its status: an object with a code, or the code itself. Undefined where it says something that is no code. */
export function hasFailed(span: Json): boolean | undefined {
  const status = span['status']
  const isWhole = typeof status === 'string' || typeof status === 'number'
  const code = isWhole ? status : (objectOf(status)['code'] ?? memberOf(objectOf(status), 'statusCode') ?? '')
  if (typeof code !== 'string' && typeof code !== 'number') return undefined
  const word = String(code).toLowerCase()
  if (failures.has(word)) return true
  return others.has(word) ? false : undefined
}
