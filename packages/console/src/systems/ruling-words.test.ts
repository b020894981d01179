import { expect, test } from 'vitest'
import text from '../../../../docs/reference/openapi.json?raw'
import { rulingWords, whyWords } from './ruling-words.ts'

// As the server publishes them: what it can answer, whatever this console was built with.
const description: unknown = JSON.parse(text)

test.each(['Gate', 'Standing'])('every cause that %s can give has words, and says what comes of it', (schema) => {
  const causes = causesOf(schema)
  expect(causes.length).toBeGreaterThan(10)
  for (const cause of causes) {
    const words = Object.entries(rulingWords).find(([name]) => name === cause)?.[1]
    expect([cause, words]).toMatchObject([
      cause,
      {
        word: expect.stringMatching(/^[A-Z]/),
        title: expect.stringMatching(/^[A-Z].*[^.]$/),
        means: expect.stringMatching(/^[A-Z].*\.$/),
      },
    ])
  }
})

test('only what the gate lets through is said to run, and something is to be done about all the rest', () => {
  for (const [cause, { title, act }] of Object.entries(rulingWords)) {
    const isOpen = ['recorded', 'accepted', 'standard', 'not_needed', 'emergency'].includes(cause)
    expect([cause, /may run/.test(title)]).toEqual([cause, isOpen])
    expect([cause, act === 'nothing']).toEqual([cause, isOpen && cause !== 'emergency'])
  }
})

test('why it is so is what was found where that tells more, and never an instant as machines write it', () => {
  expect(whyWords('condition_broken', 'a condition of its record is broken: 0.2 > 0.1')).toBe(
    'A condition of its record is broken: 0.2 > 0.1.',
  )
  expect(whyWords('approval_ended', 'its approval held until 2026-11-30T08:00:00.000Z')).not.toMatch(/T08/)
})

function causesOf(schema: string): readonly unknown[] {
  const path = ['components', 'schemas', schema, 'properties', 'cause', 'enum']
  const found = path.reduce<unknown>((at, name) => (Object(at) as Record<string, unknown>)[name], description)
  return Array.isArray(found) ? found : []
}
