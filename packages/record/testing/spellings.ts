import * as fc from 'fast-check'
import { canonicalBytes, textOf, utf8 } from '../src/index.ts'
import type { JsonValue } from '../src/index.ts'
import { exampleOrigin } from './example-record.ts'
import { documentOf } from './mutations.ts'

/** A file that says the same as another, or nearly, in other bytes. */
export interface Spelling {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A seeded sample of ways to spell a bundle's file otherwise: of each kind as many as the first number says. */
export function spellingsOf(bundle: Uint8Array, numRuns: number, seed: number): readonly Spelling[] {
  const text = textOf(bundle)
  const spot = fc.nat(text.length - 1)
  const kinds: Readonly<Record<string, fc.Arbitrary<Uint8Array>>> = {
    'a byte changed': fc
      .tuple(fc.nat(bundle.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, difference]) => bundle.map((byte, position) => (position === at ? byte ^ difference : byte))),
    'a byte left out': fc.nat(bundle.length - 1).map((at) => bundle.filter((_, position) => position !== at)),
    'a character put in': fc
      .tuple(spot, fc.constantFrom(...Array.from(' \n\t\r\0\u007f\ufeff\u2028é—,:{}[]"\\0=A')))
      .map(([at, it]) => utf8(text.slice(0, at) + it + text.slice(at))),
    'an escape': spot.map((at) =>
      utf8(
        `${text.slice(0, at)}\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}${text.slice(at + text.charAt(at).length)}`,
      ),
    ),
    'a part repeated': fc
      .tuple(spot, fc.integer({ min: 1, max: 80 }))
      .map(([at, length]) => utf8(text.slice(0, at + length) + text.slice(at))),
    'bytes that are no UTF-8': fc
      .tuple(spot, fc.uint8Array({ minLength: 1, maxLength: 3 }))
      .map(([at, some]) =>
        Buffer.concat([utf8(text.slice(0, at)), some.map((byte) => byte | 0x80), utf8(text.slice(at))]),
      ),
    'cut short': fc.nat(bundle.length - 1).map((length) => bundle.slice(0, length)),
  }
  return Object.entries(kinds).flatMap(([kind, arbitrary]) =>
    fc.sample(arbitrary, { numRuns, seed }).map((bytes, at) => ({ name: `${kind} (${at})`, bytes })),
  )
}

const spell = (name: string, other: string): Spelling => ({ name, bytes: utf8(other) })

/** Ways to write the whole of a file otherwise. */
export function wholeSpellings(bundle: Uint8Array): readonly Spelling[] {
  const text = textOf(bundle)
  return [
    spell('a byte order mark first', `\ufeff${text}`),
    spell('a newline last', `${text}\n`),
    spell('a carriage return and a newline last', `${text}\r\n`),
    spell('a null character last', `${text}\0`),
    spell('indented', JSON.stringify(JSON.parse(text), null, 1)),
    spell(
      'with its keys the other way',
      JSON.stringify(Object.fromEntries(Object.entries(Object(JSON.parse(text))).toReversed())),
    ),
    spell('with a key twice', text.replace('{', '{"entry":"",')),
    spell('with escaped slashes', text.replaceAll('/', '\\/')),
    spell('with an escaped dash', text.replaceAll('—', '\\u2014')),
    spell('with newlines in capitals of hex', text.replaceAll('\\n', '\\u000A')),
    { name: 'in UTF-16', bytes: Buffer.from(text, 'utf16le') },
    { name: 'twice', bytes: Buffer.concat([bundle, bundle]) },
  ]
}

/** Bundles whose checkpoint is written otherwise, line by line. */
export function noteSpellings(bundle: Uint8Array): readonly Spelling[] {
  const fields = Object(documentOf(bundle)) as Readonly<Record<'tlogProof', string>>
  const lines = fields.tlogProof.split('\n').slice(0, -1)
  const own = lines.at(-1) ?? ''
  const other = `— other.example ${'A'.repeat(90)}==`
  const wrong = own.replace(/.{9}$/, 'AAAAAAA=')
  const endings: Readonly<Record<string, readonly string[]>> = {
    'its line twice': [own, own],
    'a wrong line of its key after the right one': [own, wrong],
    'a wrong line of its key before the right one': [wrong, own],
    'another line before its own': [other, own],
    'two others, one of them twice': [own, other, other],
    'a line under its name by another key': [own, `— ${exampleOrigin} ${'A'.repeat(90)}==`],
    'a line under its name after others': [own, other, `— ${exampleOrigin} ${'A'.repeat(90)}==`],
    'ten thousand signatures': [own, ...Array.from({ length: 10_000 }, (_, at) => `— w${at} ${'A'.repeat(90)}==`)],
    'a hundred signatures': [own, ...Array.from({ length: 99 }, (_, at) => `— w${at} ${'A'.repeat(90)}==`)],
    'a hundred and one': [own, ...Array.from({ length: 100 }, (_, at) => `— w${at} ${'A'.repeat(90)}==`)],
    'a delete character in a name': [own, other.replace('other', 'ot\u007fher')],
    'a name that is not ASCII': [own, other.replace('other', 'öther')],
    'a name with a plus sign': [own, other.replace('other', 'ot+her')],
    'a dash of another kind': [own, other.replace('—', '–')],
    'two blanks': [own, other.replace(' ', '  ')],
    'unused bits in Base64': [own, other.replace('A==', 'B==')],
    'no padding': [own, other.replace('==', '')],
    'a carriage return': [`${own}\r`],
    'an empty line last': [own, ''],
    'no signature': [],
  }
  const withLines = (name: string, changed: readonly string[]): Spelling => {
    const tlogProof: JsonValue = changed.map((line) => `${line}\n`).join('')
    return { name, bytes: canonicalBytes({ ...fields, tlogProof }) }
  }
  const head = lines.slice(0, -1)
  return [
    ...Object.entries(endings).map(([name, ending]) => withLines(name, [...head, ...ending])),
    withLines('more hashes than a tree has levels', [
      ...lines.slice(0, 2),
      ...Array(65).fill('A'.repeat(43) + '='),
      ...lines.slice(2),
    ]),
    withLines('a delete character in an extension', [...head.slice(0, -1), 'ext\u007f', '', own]),
    withLines('an extension that nobody signed', [...head.slice(0, -1), 'ext', '', own]),
  ]
}
