import { readFileSync, readdirSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixturePath, hasFixtures, readFixture } from '../testing/fixtures.ts'
import { utf8 } from './bytes.ts'
import { canonicalBytes, canonicalJson, parseCanonical } from './canonical-json.ts'

describe('canonicalJson', () => {
  it('writes the example of RFC 8785 §3.2.2', () => {
    const value = JSON.parse(
      String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`,
    )
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  const cyclic: unknown[] = []
  cyclic.push(cyclic)
  const bad: readonly [string, unknown][] = [
    ['a Map', new Map([['a', 1]])],
    ['a Date', new Date(0)],
    ['bytes', Uint8Array.of(1)],
    ['a function', { a: () => 1 }],
    ['an undefined member', { a: undefined }],
    ['a hole in an array', Array.from({ length: 1 })],
    ['NaN', [Number.NaN]],
    ['Infinity', [Number.POSITIVE_INFINITY]],
    ['a bigint', { a: 1n }],
    ['a symbol', Symbol('a')],
    ['a symbol key', { [Symbol('a')]: 1 }],
    [
      'a class instance',
      new (class Box {
        readonly a = 1
      })(),
    ],
    ['a lone surrogate', '\uD800'],
    ['a lone surrogate in a key', { '\uDC00': 1 }],
    ['a cycle', cyclic],
    ['undefined itself', undefined],
  ]
  it.each(bad)('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'not_plain_json' }))
  })

  it('accepts the same object twice, when it is no cycle', () => {
    const shared = { a: 1 }
    expect(canonicalJson([shared, shared])).toBe('[{"a":1},{"a":1}]')
  })

  it.skipIf(!hasFixtures)('writes each published JCS vector (skipped without the fixtures)', () => {
    const names = readdirSync(fixturePath('jcs-rfc8785/testdata/input'))
    expect(names.length).toBeGreaterThan(5)
    for (const name of names) {
      const output = readFileSync(fixturePath(`jcs-rfc8785/testdata/output/${name}`))
      expect(canonicalBytes(JSON.parse(readFixture(`jcs-rfc8785/testdata/input/${name}`)))).toEqual(
        new Uint8Array(output),
      )
    }
  })
})

describe('parseCanonical', () => {
  it('reads back whatever canonicalJson writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = canonicalBytes(value)
        expect(canonicalBytes(parseCanonical(bytes))).toEqual(bytes)
      }),
    )
  })

  const spellings = [
    '{"a":1,"a":1}',
    '{"b":1,"a":2}',
    '{ "a":1}',
    '{"a":1}\n',
    '[1.0]',
    '[1e2]',
    '["\\u0041"]',
    '[-0]',
    '{"a":1',
    '\uFEFF{}',
    '',
  ]
  it.each(spellings)('refuses %j', (text) => {
    expect(() => parseCanonical(utf8(text))).toThrow(expect.objectContaining({ code: 'not_canonical' }))
  })

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseCanonical(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(
      expect.objectContaining({ code: 'not_canonical' }),
    )
  })
})
