import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Report } from '../blocks.ts'
import { layOut } from './layout.ts'
import type { PictureMaker } from './sheet.ts'
import { pageWidth, pdfFile, textString } from './pdf-file.ts'
import { linesOf } from './text-lines.ts'

const body = { size: 10, isBold: false }
/** Draws nothing: a picture for each text, as wide as its characters. */
const pictures: PictureMaker = {
  measure: (text, { size }) => Array.from(text).length * size,
  draw: () => ({ jpeg: new Uint8Array([0xff, 0xd8, 0xff, 0xd9]), widthPx: 1, heightPx: 1 }),
}
const latin1 = new TextDecoder('latin1')
const made = (report: Report): string => latin1.decode(pdfFile(layOut(report, pictures), report.title))
const reportOf = (text: string): Report => ({
  title: text,
  blocks: [
    { kind: 'text', text },
    { kind: 'list', items: [text] },
    { kind: 'facts', facts: [[text, text]] },
    { kind: 'table', caption: text, head: [text, text], rows: [[text, text]] },
  ],
})

/** What the strings of the pages say, drawn by a font or told of a picture. */
function textsIn(file: string): string {
  const fromHex = (hex: string): number[] => (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  const drawn = [...file.matchAll(/<([0-9a-f]*)> Tj|\/ActualText <feff([0-9a-f]*)>/g)]
  const utf16 = new TextDecoder('utf-16be')
  return drawn
    .map(([, font, picture]) =>
      font === undefined
        ? utf16.decode(Uint8Array.from(fromHex(picture ?? '')))
        : new TextDecoder('windows-1252').decode(Uint8Array.from(fromHex(font))),
    )
    .join('')
}

describe('a report as PDF', () => {
  test('is a file whose table of objects is right', () => {
    const file = made(reportOf('A report'))
    expect(file.startsWith('%PDF-1.7\n')).toBe(true)
    const [, start = ''] = /startxref\n(\d+)\n%%EOF\n$/.exec(file) ?? []
    const table = file.slice(Number(start))
    expect(table.startsWith('xref\n')).toBe(true)
    const offsets = [...table.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset))
    expect(offsets.length).toBeGreaterThan(6)
    offsets.forEach((offset, index) => expect(file.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj\n`)))
    for (const [, length, content] of file.matchAll(/\/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/g))
      expect(content?.length).toBe(Number(length))
  })

  test('holds every script: what no built-in font holds is a picture that says what it shows', () => {
    const file = made(reportOf('Modell → 日本語 🙂 größer “besser”'))
    expect(textsIn(file)).toContain('日本語')
    expect(textsIn(file)).toContain('🙂')
    expect(textsIn(file)).toContain('größer')
    expect(file.match(/\/DCTDecode/g)?.length).toBeGreaterThan(0)
    expect(file).toContain(`/Title ${textString('Modell → 日本語 🙂 größer “besser”')}`)
  })

  test.each([
    ['שלום לכל העולם', ['שלום לכל העולם']],
    ['model מודל חדש, 2 חלקים and מודל', ['model ', 'מודל חדש, 2 חלקים', ' and ', 'מודל']],
    ['مرحبا', ['مرحبا']],
    ['large 2, small 3', ['large 2, small 3']],
  ])('words from the right are in the order in which they are read: %s', (text, expected) => {
    const [line = []] = linesOf(text, 1000, body, pictures.measure)
    expect(line.map((piece) => piece.text)).toEqual(expected)
  })

  test.each([
    ') Tj /JavaScript (app.alert(1)) ET',
    '<< /S /JavaScript /JS (pwned) >>',
    'endstream endobj 9 0 obj << /OpenAction 9 0 R >>',
    '\\) \\( %PDF',
    '/URI (https://evil.example)',
    'https://evil.example/',
  ])('%j is drawn, and does nothing', (text) => {
    const file = made(reportOf(text))
    expect(file).not.toMatch(/JavaScript|OpenAction|\/URI|\/Launch|\/EmbeddedFile|\/AA\b|\/Annots|evil/)
    expect(textsIn(file).replaceAll(/\s/g, '')).toContain(text.replaceAll(/\s/g, '').slice(0, 20))
  })

  test('Property: whatever is written, its operators are ours alone, and each string is hexadecimal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        for (const { operators } of layOut(reportOf(text), pictures))
          expect(operators).toMatch(
            /^(?:[\d. -]+|<(?:feff)?[0-9a-f]*>|\/(?:F[12]|P\d+|Span|ActualText)|<<|>>|[BTEDCMfdmqQSGgwrRelocjn]+|Tf|Td|Tj|Do|re|cm|\s|\[|\])*$/,
          )
      }),
    )
  })

  test('goes on over as many pages as it takes', () => {
    const long: Report = { title: 'Long', blocks: [{ kind: 'text', text: 'word '.repeat(6_000) }] }
    expect(layOut(long, pictures).length).toBeGreaterThan(5)
    const row: Report = {
      title: 'Tall',
      blocks: [{ kind: 'table', caption: 'x', head: ['a'], rows: [['line\n'.repeat(300)]] }],
    }
    expect(layOut(row, pictures).length).toBeGreaterThan(3)
  })
})

describe('lines', () => {
  test('Property: none is wider than it may be, and nothing of the text is lost but blanks', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 })
    fc.assert(
      fc.property(text, fc.integer({ min: 260, max: pageWidth }), (given, width) => {
        const lines = linesOf(given, width, body, pictures.measure)
        for (const line of lines)
          expect(line.reduce((sum, piece) => sum + piece.width, 0)).toBeLessThanOrEqual(width + 1e-6)
        const kept = lines
          .flat()
          .map((piece) => piece.text)
          .join('')
        const shown = given.replaceAll(/[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u200e\u200f\u202a-\u202e\u2066-\u2069\s]/gu, '')
        expect(kept.replaceAll(/[\s?]/g, '')).toBe(shown.replaceAll('?', ''))
      }),
    )
  })

  test('a word that is longer than a line is broken', () => {
    expect(linesOf('x'.repeat(400), 200, body, pictures.measure).length).toBeGreaterThan(5)
  })
})
