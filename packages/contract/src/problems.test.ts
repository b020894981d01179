import { expect, test } from 'vitest'
import { problems } from './problems.ts'

/** Verbs with which a remedy tells its reader what to do next. */
const asking =
  /\b(ask|begin|check|give|import|make|mend|read|send|show|sign in|try|use|wait|choose|POST|must come|whoever was asked)\b/i

test.each(Object.entries(problems))('%s says what is wrong and what to do next', (_, [status, title, remedy]) => {
  expect(status).toBeGreaterThanOrEqual(400)
  expect(title.length).toBeGreaterThan(10)
  expect(remedy).toMatch(asking)
  expect(remedy).not.toBe(title)
})
