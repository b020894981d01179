import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileNameOf, type Report } from './blocks.ts'
import { escaped, reportHtml } from './report-html.ts'

const reportOf = (text: string): Report => ({
  title: text,
  blocks: [
    { kind: 'heading', text },
    { kind: 'text', text },
    { kind: 'text', tone: 'quote', text },
    { kind: 'list', items: [text] },
    { kind: 'facts', facts: [[text, text]] },
    { kind: 'table', caption: text, head: [text], rows: [[text, text]] },
    {
      kind: 'plot',
      caption: text,
      rows: [
        {
          name: text,
          isSlice: false,
          rule: text,
          difference: text,
          interval: text,
          band: 'regression',
          drawn: { delta: -2, lower: -3, upper: -1 },
        },
      ],
    },
  ],
})

const naughty = [
  '<script>pwned()</script>',
  '"><img src=x onerror=pwned()>',
  "' onmouseover='pwned()",
  '</title><script>pwned()</script>',
  '</style><script>pwned()</script>',
  '--><script>pwned()</script>',
  '&lt;script&gt;',
  '<svg onload=pwned()>',
  '\u202e<b>',
  'javascript:pwned()',
  '日本語 🙂',
]

describe('a report as HTML', () => {
  test.each(naughty)('%j stays text in every field', async (text) => {
    const html = await reportHtml(reportOf(text))
    const plain = await reportHtml(reportOf('plain'))
    const tags = (of: string) => of.replaceAll(/<bdi>|<\/bdi>/g, '').match(/<[^>]*>/g)
    // The same elements, with the same attributes, whatever the texts are.
    expect(tags(html)).toEqual(tags(plain))
  })

  test('Property: no text brings an element, an attribute or an entity of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const safe = escaped(text).replaceAll(/<\/?bdi>/g, '')
        expect(safe).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/)
      }),
    )
  })

  test('asks no network for anything, and names its one style by digest', async () => {
    const html = await reportHtml(reportOf('x'))
    expect(html).toMatch(
      /default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'/,
    )
    expect(html).not.toMatch(/\bsrc=|\bhref=|url\(|@import|\bstyle=|<script|<link|http-equiv="refresh"/i)
  })
})

test('a file’s name is plain, whatever its title is', () => {
  expect(fileNameOf('acme-large → acme-small: Überblick', 'x')).toBe('acme-large-acme-small-u-berblick')
  expect(fileNameOf('../../etc/passwd\u0000', 'x')).toBe('etc-passwd')
  expect(fileNameOf('日本語', 'change-1')).toBe('change-1')
})
