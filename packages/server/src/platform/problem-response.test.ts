import { DatabaseError } from 'pg'
import { expect, test } from 'vitest'
import { toProblem } from './problem-response.ts'

function stateError(code: string): DatabaseError {
  return Object.assign(new DatabaseError('as the database says it', 0, 'error'), { code })
}

test.each([
  ['a statement that took too long', '57014', 503, 'database_unavailable'],
  ['a lock that wasn’t had', '55P03', 503, 'database_unavailable'],
  ['a transaction that stood still', '25P03', 503, 'database_unavailable'],
  ['a transaction that took too long', '25P04', 503, 'database_unavailable'],
  ['a transaction that had to give way', '40P01', 503, 'database_unavailable'],
  ['a snapshot that was too old', '40001', 503, 'database_unavailable'],
  ['no connection left', '53300', 503, 'database_unavailable'],
  ['the same row from another request', '23505', 503, 'outrun'],
  ['a row that another request took away', '23503', 503, 'outrun'],
  ['a row of no known kind', '42703', 500, 'internal_error'],
])('%s (%s) is answered with %i, and its words stay with us', (_what, state, status, code) => {
  const problem = toProblem(stateError(state), 'req-1')
  expect(problem).toMatchObject({ status, body: { code, instance: 'req-1' } })
  expect(problem.retryAfterSeconds !== undefined).toBe(status === 503)
  expect(JSON.stringify(problem)).not.toContain('as the database says it')
})
