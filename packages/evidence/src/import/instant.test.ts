import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { importResults } from './formats/index.ts'
import { readInstant } from './instant.ts'

test('P6.4: an instant counts with its offset alone', () => {
  expect(readInstant('2026-11-30T08:00:00+01:00')).toBe('2026-11-30T07:00:00.000Z')
  expect(readInstant('2026-11-30T08:00:00.123456Z')).toBe('2026-11-30T08:00:00.123Z')
  for (const unsure of ['2026-11-30T08:00:00', '30.11.2026', 1_700_000_000, undefined, '2026-13-30T08:00:00Z'])
    expect(readInstant(unsure)).toBeUndefined()
})

function ranAt(format: 'promptfoo' | 'inspect' | 'junit', text: string): string | undefined {
  const digest = (it: string): string => `hmac-${createHash('sha256').update(it).digest('hex').slice(0, 40)}`
  const source = { chunks: () => [Buffer.from(text)], sha256: () => createHash('sha256'), digest }
  const result = importResults(source, { format })
  if (!result.ok) throw new Error(JSON.stringify(result.faults))
  return result.run.ranAt
}

test('P6.4: promptfoo, Inspect and JUnit files tell when they were run', () => {
  const result = { success: true, score: 1, vars: { question: 'q1' }, testIdx: 0, promptIdx: 0 }
  const promptfoo = { results: { version: 3, timestamp: '2026-11-30T08:00:00.000Z', results: [result] } }
  expect(ranAt('promptfoo', JSON.stringify(promptfoo))).toBe('2026-11-30T08:00:00.000Z')
  const inspect = {
    status: 'success',
    eval: { task: 'toy', model: 'acme/large', created: '2026-11-30T09:00:00+01:00' },
    samples: [{ id: 1, epoch: 1, scores: { match: { value: 'C' } } }],
  }
  expect(ranAt('inspect', JSON.stringify(inspect))).toBe('2026-11-30T08:00:00.000Z')
  const suite = (name: string, timestamp: string) =>
    `<testsuite name="${name}" timestamp="${timestamp}"><testcase classname="${name}" name="t" time="0.1"/></testsuite>`
  const two = `${suite('b', '2026-11-30T09:00:00Z')}${suite('a', '2026-11-30T08:30:00Z')}`
  expect(ranAt('junit', `<testsuites>${two}</testsuites>`)).toBe('2026-11-30T08:30:00.000Z')
  expect(ranAt('junit', suite('a', '2026-11-30T08:30:00'))).toBeUndefined()
})
