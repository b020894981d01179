import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonRefused, parseBoundedJson } from './bounded-json.ts'

const parse = (text: string): unknown => parseBoundedJson(new TextEncoder().encode(text))

test('reads every small value of JSON as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      fc.pre(!/"(__proto__|prototype)"/.test(text))
      expect(parse(text)).toEqual(JSON.parse(text))
    }),
  )
})

/** The value of a text, or why there is none. */
function outcome(read: (text: string) => unknown, text: string): { value: unknown } | { error: unknown } {
  try {
    return { value: read(text) }
  } catch (error) {
    return { error }
  }
}

test('takes only what JSON.parse takes, and refuses of that only what it gives a reason for', () => {
  const letter = fc.constantFrom(...Array.from('{}[]",:0-1.e\\ntrufalse '))
  fc.assert(
    fc.property(fc.string({ unit: letter, maxLength: 12 }), (text) => {
      const own = outcome(parse, text)
      if ('error' in own && own.error instanceof JsonRefused) return
      const standard = outcome((it) => JSON.parse(it) as unknown, text)
      expect('value' in own ? own : 'refused').toEqual('value' in standard ? standard : 'refused')
    }),
    { numRuns: 20_000 },
  )
})

describe('P5.3, ASVS 15.3.6: refuses with a reason', () => {
  test.each([
    ['a member named twice', '{"a":1,"a":2}'],
    ['a member named twice by another spelling', '{"a":1,"\\u0061":2}'],
    ['a member named twice, deep within', '{"x":[{"a":1,"b":2,"a":3}]}'],
    ['a prototype', '{"__proto__":{}}'],
    ['a prototype by another spelling', '{"a":[{"\\u005f_proto__" : 1}]}'],
    ['a constructor’s prototype', '{"constructor":{"prototype":{}}}'],
    ['a constructor’s prototype after another member', '{"a":{"constructor":{"x":1,"prototype":{}}}}'],
    ['a number that no double holds', '{"a":1e999}'],
    ['a number of many digits', `{"a":${'1'.repeat(65)}}`],
    ['depth beyond 32', '['.repeat(33) + ']'.repeat(33)],
    ['ten thousand and one members', `{${Array.from({ length: 10_001 }, (_, n) => `"k${n}":0`).join(',')}}`],
    ['a hundred thousand values and more', `[${'0,'.repeat(100_001)}0]`],
    ['a string beyond 256 KiB', `"${'x'.repeat(262_145)}"`],
  ])('%s', (_what, text) => {
    expect(() => parse(text)).toThrow(JsonRefused)
  })

  test.each([
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['half a character', [0x22, 0xe2, 0x82, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
  ])('bytes that are no UTF-8: %s', (_what, bytes) => {
    expect(() => parseBoundedJson(Uint8Array.from(bytes))).toThrow(JsonRefused)
  })
})

test.each([
  '{"constructor":"Smith"}',
  '{"prototype":1}',
  '{"a":{"x":1},"b":{"x":2}}',
  '["__proto__"]',
  '{"a":"\\"b\\":"}',
])('takes %s', (text) => expect(parse(text)).toEqual(JSON.parse(text)))

test('P5.3: a mebibyte of brackets or of members is refused without being built', () => {
  const before = process.memoryUsage().heapUsed
  for (const text of ['['.repeat(1_000_000), '{"a":'.repeat(200_000), `{${'"a":0,'.repeat(150_000)}`]) {
    for (let n = 0; n < 50; n += 1) expect(() => parse(text)).toThrow(JsonRefused)
  }
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200 * 2 ** 20)
})
