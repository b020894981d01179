import { name as contractName } from '@afterai/contract'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptedText } from './accepted-text.ts'
import { machineName, routeName } from './machine-name.ts'

const isName = (text: string): boolean => contractName.safeParse(text).success

// Pieces that are easily taken for each other: written apart, in another case, with marks, in another script, with what ASCII hasn't.
const piece = fc.constantFrom(
  'a',
  'A',
  'b',
  '1',
  ' ',
  '  ',
  '-',
  '_',
  '(',
  ')',
  '&',
  '.',
  'é',
  'e\u0301',
  'е',
  '我',
  '的',
  'ü',
  'ß',
  '\u200d',
)
const text = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'grapheme', maxLength: 140 }),
)

test('P6.6: two different names never become one, and each is one that every door takes', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const [first, second] = [one, other].map((it) => machineName(it, 'service'))
      expect(first === undefined || isName(first)).toBe(true)
      const isSame = one.normalize('NFC').trim() === other.normalize('NFC').trim()
      expect((first !== undefined && first === second) === (isSame && first !== undefined)).toBe(true)
    }),
    { numRuns: 3000 },
  )
})

test('a name that every door takes stays what it is, and what was made of another one too', () => {
  fc.assert(
    fc.property(text, (said) => {
      const made = machineName(said, 'environment')
      expect(isName(said) ? made : said).toBe(said)
      expect(made === undefined ? made : machineName(made, 'environment')).toBe(made)
    }),
  )
})

test.each([
  ['QA West', 'QA-West-0f74e1e61a'],
  [' QA West\n', 'QA-West-0f74e1e61a'],
  ['Prod EU (west)', expect.stringMatching(/^Prod-EU-west-[0-9a-f]{10}$/)],
  ['Zürich', expect.stringMatching(/^Zurich-[0-9a-f]{10}$/)],
  ['Zu\u0308rich', machineName('Zürich', 'environment')],
  ['生产', expect.stringMatching(/^environment-[0-9a-f]{10}$/)],
  ['overflow', expect.stringMatching(/^overflow-[0-9a-f]{10}$/)],
  ['none', expect.stringMatching(/^none-[0-9a-f]{10}$/)],
  ['a'.repeat(128), 'a'.repeat(128)],
])('an environment that people call %s is %s', (said, name) => {
  expect(acceptedText('environment', said)).toEqual(name)
})

test.each([
  ['an empty one', ''],
  ['spaces', '  \t '],
  ['a sentence', 'Tell me what Ada Lovelace'],
  ['a long one', 'é'.repeat(129)],
  ['two lines', 'a\nb'],
  ['what was no text', 'a\uFFFDb'],
  ['half a character', 'a\ud800'],
])('P1.2: %s is no name', (_what, said) => {
  for (const kind of ['service', 'environment', 'agent', 'route'] as const)
    expect(acceptedText(kind, said)).toBeUndefined()
})

test.each([
  ['/chats/{id}', 'chats/:id'],
  ['/chats/<id>', 'chats/:id'],
  ['/chats/:id', 'chats/:id'],
  ['/files/*', 'files/:any'],
  ['/files/*path', 'files/:path'],
  ['/files/{*path}', 'files/:path'],
  ['/files/', 'files/'],
  ['/', expect.stringMatching(/^route-[0-9a-f]{10}$/)],
  ['/:id', expect.stringMatching(/^id-[0-9a-f]{10}$/)],
  ['Support Agent', expect.stringMatching(/^Support-Agent-[0-9a-f]{10}$/)],
])('the route of %s is %s', (template, route) => {
  expect(routeName(template)).toEqual(route)
})

test.each(['/search?q=ada', '/a#b', '/a%20b', '/a&b=c'])(
  'P1.2: an address with its values, like %s, is no route',
  (address) => {
    expect(routeName(address)).toBeUndefined()
  },
)
