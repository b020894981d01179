import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import text from '../../../../docs/reference/errors.md?raw'
import { ApiProblem } from '@afterai/client'
import { faultWords, fieldName, withoutCommand } from './fault-words.ts'
import { toWords } from './problem-words.ts'

test.each([
  ['Too small: expected string to have >=1 characters', 'It can’t be empty.'],
  ['Too big: expected string to have <=200 characters', 'It can have 200 characters at most.'],
  ['Too small: expected array to have >=1 items', 'Choose one at least.'],
  ['Too big: expected number to be <=365', 'It can be 365 at most.'],
  ['Invalid input: expected string, received undefined', 'It is needed.'],
  ['Invalid option: expected one of "low"|"high"', 'It is none of those that can be chosen.'],
  ['lies in the future', 'It lies in the future.'],
  ['letters, digits and - only, 63 at most', 'Letters, digits and - only, 63 at most.'],
])('what the server says of a field (%s) is said as %s', (detail, words) => {
  expect(faultWords(detail)).toBe(words)
})

test.each([
  ['/justification', 'Reasons'],
  ['/changeTypes', 'Kinds'],
  ['/rules/0/approvals/quorum', 'Rule 1, approvals, how many approve'],
  ['/querystring/cursor', 'Cursor'],
  ['line 3, column score', 'Line 3, column score'],
  ['/customerImpact', 'Customer impact'],
  ['/', undefined],
  ['/headers/idempotency-key', undefined],
])('%s is called %s', (pointer, name) => {
  expect(fieldName(pointer)).toBe(name)
})

test.each([
  ['something else runs by now; look at it again: afterai status', 'something else runs by now'],
  [
    'it has a configuration: it runs once that is seen to run; tell it: afterai observe',
    'it has a configuration: it runs once that is seen to run',
  ],
  ['there is no environment x of bot; see: afterai system list', 'there is no environment x of bot'],
  ['the change is dismissed', 'the change is dismissed'],
])('a command at the end of a text is left out: %s', (said, words) => {
  expect(withoutCommand(said)).toBe(words)
})

test('every field that is refused is told, as a sentence, whatever its pointer and its detail', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (pointer, detail) => {
      const problem = new ApiProblem(400, {
        title: 'Not valid',
        code: 'invalid_request',
        errors: [{ pointer, detail }],
      })
      const [field] = toWords(problem).fields
      expect(field?.detail.length).toBeGreaterThan(0)
    }),
  )
})

const documented = text
  .split('\n## ')
  .slice(1)
  .map((section) => {
    const [code = '', , status = '', , remedy = ''] = section.split('\n')
    return { code, title: status.replace(/^\d+ /, '').replace(/\.$/, ''), remedy }
  })

test('every problem of the API has a title and a remedy that a page can say: none speaks of requests, headers or commands', () => {
  expect(documented.length).toBeGreaterThan(40)
  const speaking = documented
    .map((problem) => ({ code: problem.code, ...toWords(new ApiProblem(400, problem)) }))
    .filter(({ title, remedy }) => [title, remedy].some((words) => ofRequests.test(words) || words === ''))
  expect(speaking.map(({ code, title, remedy }) => [code, title, remedy])).toEqual([])
})

const ofRequests =
  /JSON pointer|Retry-After|RateLimit|[Ii]dempotency|Authorization|Content-Type|media type|nextCursor|cursor|RFC|openapi|[A-Z]+ \/v1|`|afterai /
