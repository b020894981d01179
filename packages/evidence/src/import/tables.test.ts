import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowsOf, sourceOf, testDigest } from '../../testing/fixtures.ts'
import {
  evaluationRunSchema,
  importCsv,
  importJsonl,
  importResults,
  rowFiltersSchema,
  type ImportMapping,
  type ImportResult,
  type TableOptions,
} from '../index.ts'

const MAPPING: ImportMapping = { caseId: 'id', metrics: [{ name: 'score', column: 'score', kind: 'continuous' }] }

function csv(text: string | Uint8Array, options: TableOptions = { mapping: MAPPING }): ImportResult {
  return importCsv(sourceOf(text), options)
}

function codesOf(result: ImportResult): string[] {
  return result.ok ? [] : result.faults.map(({ code }) => code)
}

function textsOf(result: ImportResult): string {
  return result.ok ? '' : result.faults.map(({ text }) => text).join('\n')
}

/** The values of the first metric, and how the column was read. */
function column(cells: readonly string[], separator = ',', options: TableOptions = { mapping: MAPPING }): unknown {
  const rows = cells.map((cell, index) => `c${index}${separator}${cell.includes(separator) ? `"${cell}"` : cell}`)
  const result = csv(`id${separator}score\n${rows.join('\n')}\n`, options)
  if (!result.ok) return codesOf(result)
  return [result.table?.metrics[0]?.notation, ...rowsOf(result).cases.map(({ values }) => values[0])]
}

describe('notations', () => {
  test.each([
    ['plain numbers', ',', ['0.85', '-3', '1e-3', '.5', '7'], ['number', 0.85, -3, 0.001, 0.5, 7]],
    ['thousands', ',', ['1,234.5', '0.5', '12'], ['number', 1234.5, 0.5, 12]],
    ['thousands by blanks', ',', ['1 234', '7'], ['number', 1234, 7]],
    ['percents', ',', ['85%', '28.7 %', '100%'], ['percent', 0.85, 0.287, 1]],
    ['percents with a decimal comma', ';', ['85,5%', '7%'], ['percent, decimal comma', 0.855, 0.07]],
    ['decimal commas', ';', ['0,85', '1.234,5', '7'], ['decimal comma', 0.85, 1234.5, 7]],
    ['quoted decimal commas', ',', ['0,85', '7'], ['decimal comma', 0.85, 7]],
    ['fractions', ',', ['4/5', '1/2', '0/3'], ['fraction', 0.8, 0.5, 0]],
    ['yes and no', ',', ['Y', 'n', 'yes', 'No'], ['words', 1, 0, 1, 0]],
    ['true and false beside digits', ',', ['true', 'False', '1', '0'], ['words', 1, 0, 1, 0]],
    ['pass and fail', ',', ['PASS', 'fail', 'passed', 'FAILED'], ['words', 1, 0, 1, 0]],
    ["promptfoo's cells", ',', ['[PASS] (1.00) Sure.', '[FAIL] (0.20) No'], ['words', 1, 0]],
    [
      'what is missing',
      ',',
      ['N/A', 'NaN', 'null', '-', '', 'None', '0.5'],
      ['number', null, null, null, null, null, null, 0.5],
    ],
    ['three decimals after a point, in a comma file', ',', ['1.234', '2.345'], ['number', 1.234, 2.345]],
    ['three decimals, settled by other cells', ';', ['1.234', '0.5'], ['number', 1.234, 0.5]],
    ['three decimals, settled the other way', ';', ['1,234', '0,5'], ['decimal comma', 1.234, 0.5]],
    ['thousands, settled by other cells', ';', ['1,234', '1,234,567'], ['number', 1234, 1_234_567]],
  ])('reads %s', (_, separator, cells, expected) => {
    expect(column(cells, separator)).toEqual(expected)
    expect(column(cells.toReversed(), separator)).toEqual([expected[0], ...expected.slice(1).toReversed()])
  })

  test.each([
    ['percents and shares', ',', ['85%', '0.9'], ['mixed_notation']],
    ['words and scores', ',', ['pass', '0.9'], ['mixed_notation']],
    ['fractions and shares', ',', ['4/5', '0.8'], ['mixed_notation']],
    ['decimal points and commas', ';', ['0,85', '0.85'], ['mixed_notation']],
    ['what may be thousands', ';', ['1,234', '2,345'], ['ambiguous_number']],
    ['what may be thousands, in a comma file', ',', ['1,234', '12'], ['ambiguous_number']],
    ['what may be decimals', ';', ['1.234', '12'], ['ambiguous_number']],
    ['units', ',', ['12 ms'], ['not_a_number']],
    ['infinity', ',', ['1e999', 'Infinity'], ['not_a_number']],
  ])('refuses %s', (_, separator, cells, codes) => {
    expect(column(cells, separator)).toEqual(codes)
    expect(column(cells.toReversed(), separator)).toEqual(codes)
  })

  test('a mark that the column leaves open is told by a person, or by the other columns', () => {
    expect(column(['1,234', '2,345'], ';', { mapping: MAPPING, decimal: 'comma' })).toEqual([
      'decimal comma',
      1.234,
      2.345,
    ])
    expect(column(['1,234', '2,345'], ';', { mapping: MAPPING, decimal: 'point' })).toEqual(['number', 1234, 2345])
    const result = csv('id;score;latency_ms\na1;0,85;1.234\nb2;0,9;2.345\n', {})
    expect(rowsOf(result).cases.map(({ values }) => values)).toEqual([
      [0.85, 1234],
      [0.9, 2345],
    ])
    expect(textsOf(csv('id;score\na;1,234\n'))).toContain('say which with --decimal point or --decimal comma')
  })

  test('a mixed column is told with each way and its first line', () => {
    expect(textsOf(csv('id,score\na,0.9\nb,85%\nc,0.8\n'))).toBe(
      'written in several ways: number, such as 0.85 (line 2), percent, such as 85% (line 3); write the whole column in one way',
    )
  })

  test('a cell that says that no answer came is an error', () => {
    const run = rowsOf(csv('id,score\na1,[PASS] x\nb2,[ERROR] CANARY\n'))
    expect(run.cases.map(({ outcome, values }) => [outcome, values[0]])).toEqual([
      ['completed', 1],
      ['error', null],
    ])
    expect(JSON.stringify(run)).not.toContain('CANARY')
  })

  test('JSON: booleans, strings and numbers are cells like others, and NaN is missing', () => {
    const result = importJsonl(sourceOf('{"id":"a1","score":NaN,"note":"NaN"}\n{"id":"b2","score":"85%"}\n'), {
      mapping: MAPPING,
    })
    expect(rowsOf(result).cases.map(({ values }) => values[0])).toEqual([null, 0.85])
    const mixed = importJsonl(sourceOf('{"id":"a1","score":0.9}\n{"id":"b2","score":"85%"}\n'), { mapping: MAPPING })
    expect(codesOf(mixed)).toEqual(['mixed_notation'])
  })
})

describe('separators and encodings', () => {
  test.each([
    [',', 'comma'],
    [';', 'semicolon'],
    ['\t', 'tab'],
    ['|', 'pipe'],
  ])('finds %j by itself, or by the first line', (separator, name) => {
    const table = `id${separator}score\na1${separator}0.5\n`
    for (const text of [table, `sep=${separator}\r\n${table}`]) {
      const result = csv(text)
      expect(rowsOf(result).cases[0]?.values).toEqual([0.5])
      expect(result).toMatchObject({ table: { separator: name } })
    }
  })

  test('several in the header: the one that every row keeps to, else none', () => {
    expect(csv('id,score,a|b\na1,0.5,x\n')).toMatchObject({ table: { separator: 'comma' } })
    expect(codesOf(csv('id,score;x\na1,0.5;x\n'))).toEqual(['ambiguous_separator'])
  })

  const table = 'id,score,größe\né1,0.5,x\nb2,1,y\n'
  const utf16 = Buffer.from(table, 'utf16le')
  test.each([
    ['utf-8', Buffer.from(table)],
    ['utf-8', Buffer.from(`\uFEFF${table}`)],
    ['utf-16le', Buffer.from(`\uFEFF${table}`, 'utf16le')],
    ['utf-16le', utf16],
    ['utf-16be', Buffer.from(`\uFEFF${table}`, 'utf16le').swap16()],
    ['utf-16be', Buffer.from(utf16).swap16()],
    ['windows-1252', Buffer.from(table, 'latin1')],
  ])('reads and tells %s, in pieces of any size', (encoding, bytes) => {
    const whole = importCsv(sourceOf(bytes), { mapping: MAPPING })
    expect(whole).toMatchObject({ ok: true, table: { encoding } })
    expect(rowsOf(whole).cases.map(({ caseId }) => caseId)).toEqual(['b2', testDigest('é1')])
    expect(rowsOf(whole).dropped).toEqual([{ field: testDigest('größe'), count: 2 }])
    for (const pieceBytes of [1, 2, 3, 7])
      expect(importCsv(sourceOf(bytes, pieceBytes), { mapping: MAPPING })).toEqual(whole)
  })

  test.each([
    ['UTF-8 and other bytes', Buffer.concat([Buffer.from('id,score\né1,1\n'), Buffer.from([0xe9, 0x31, 0x0a])]), 3],
    ['the end of a character missing', Buffer.from('id,score\na1,1\né').subarray(0, -1), 3],
    ['bytes that Windows-1252 lacks', Buffer.from([0x69, 0x64, 0x0a, 0x81, 0x0a]), 2],
  ])('refuses %s', (_, bytes, line) => {
    expect(csv(bytes)).toMatchObject({ ok: false, faults: [{ code: 'not_utf8', line }] })
  })

  test('a document is read as Unicode alone, since nothing would tell of another encoding', () => {
    expect(importResults(sourceOf(Buffer.from('{"é":1}', 'latin1')), { format: 'promptfoo' })).toMatchObject({
      faults: [{ code: 'not_utf8', line: 1 }],
    })
  })

  test.each([
    ['a zip archive', Buffer.from('PK\u0003\u0004\u0014\u0000\u0000\u0000', 'latin1')],
    ['a gzip archive', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff])],
    ['a Parquet file', Buffer.from('PAR1\u0015\u0004')],
    ['a binary file', Buffer.from([0x69, 0x00, 0x00, 0xff, 0x00, 0xfe, 0x80])],
    ['XML or HTML', Buffer.from('<?xml version="1.0"?><a>CANARY</a>')],
    ['a JSON array', Buffer.from('[{"id": "CANARY"}]')],
    ['a JSON object', Buffer.from('{"id": "CANARY"}\n')],
  ])('says what looks like %s', (look, bytes) => {
    expect(codesOf(csv(bytes))).toEqual(['not_a_table'])
    expect(textsOf(csv(bytes))).toContain(look)
    expect(textsOf(csv(bytes))).not.toContain('CANARY')
  })

  test('an array or a spread object is told as no lines, with the command that makes lines', () => {
    for (const text of ['[\n{"id":1}\n]\n', '{\n  "id": 1\n}\n'])
      expect(textsOf(importJsonl(sourceOf(text)))).toMatch(/one object a line of it: jq -c/)
  })
})

describe('order', () => {
  const names = ['id', 'score', 'latency_ms', 'cost_usd', 'slice', 'note']
  const rows = fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[a-z]{1,8}[0-9]{1,3}$/),
      score: fc.integer({ min: 0, max: 10 }),
      ms: fc.nat(999),
    }),
    { minLength: 1, maxLength: 8, selector: ({ id }) => id },
  )

  function tableOf(order: readonly string[], entries: readonly { id: string; score: number; ms: number }[]): string {
    const lines = entries.map(({ id, score, ms }) => {
      const cells = new Map(Object.entries({ id, score, latency_ms: ms, cost_usd: '0.1', slice: 'eu', note: 'x' }))
      return order.map((name) => cells.get(name)).join(',')
    })
    return `${order.join(',')}\n${lines.join('\n')}\n`
  }

  test('of columns changes nothing but the digest of the file, and of rows only the order of cases', () => {
    fc.assert(
      fc.property(rows, fc.shuffledSubarray(names, { minLength: names.length }), fc.nat(), (entries, order, seed) => {
        const turn = seed % entries.length
        const turned = [...entries.slice(turn), ...entries.slice(0, turn)]
        const straight = rowsOf(csv(tableOf(names, entries), {}))
        const columns = rowsOf(csv(tableOf(order, entries), {}))
        expect({ ...columns, sourceDigest: '' }).toEqual({ ...straight, sourceDigest: '' })
        const other = rowsOf(csv(tableOf(order, turned), {}))
        const byId = (run: typeof other) => run.cases.toSorted((a, b) => (a.caseId < b.caseId ? -1 : 1))
        expect({ ...other, cases: byId(other), sourceDigest: '' }).toEqual({
          ...straight,
          cases: byId(straight),
          sourceDigest: '',
        })
      }),
      { numRuns: 40 },
    )
  })

  test('of keys and lines of JSON finds the same metrics', () => {
    const lines = ['{"id":"a1","score":1}', '{"latency_ms":3,"score":0,"id":"b2"}']
    for (const text of [lines.join('\n'), lines.toReversed().join('\n')])
      expect(rowsOf(importJsonl(sourceOf(text))).metrics.map(({ name }) => name)).toEqual(['score', 'latency_ms'])
  })
})

describe('cases', () => {
  test('missing values are no reason to refuse a file, and are counted', () => {
    const result = csv('id,score\na1,\nb2,N/A\nc3,0.5\n')
    expect(result).toMatchObject({ ok: true, table: { rows: 3, metrics: [{ missing: 2 }] } })
  })

  test('repeats are counted', () => {
    expect(csv('id,score\na1,1\na1,0\nb2,1\na1,1\n')).toMatchObject({ ok: true, repeats: 2 })
  })

  test.each(['dataset', 'Task', 'subset', 'split'])(
    'one id under two values of %s is refused, with what to do',
    (name) => {
      const text = `id,${name},score\n1,arc,1\n1,hella,0\n2,arc,1\n`
      expect(codesOf(csv(text))).toEqual(['several_datasets'])
      expect(textsOf(csv(text))).toContain(
        `--case ${name} --case id, or choose one data set with --where ${name}=VALUE`,
      )
      const both = rowsOf(csv(text, { mapping: { ...MAPPING, caseId: [name, 'id'] } }))
      expect(both.cases.map(({ caseId }) => caseId)).toEqual(['arc/1', 'arc/2', 'hella/1'])
      const one = rowsOf(csv(text, { mapping: MAPPING, where: [{ column: name, equals: 'arc' }] }))
      expect(one.cases.map(({ caseId }) => caseId)).toEqual(['1', '2'])
      expect(csv(`id,${name},score\n1,arc,1\n2,hella,0\n`)).toMatchObject({ ok: true })
    },
  )

  test('several measures of a case are no repeats of one', () => {
    expect(codesOf(csv('id,metric,score\n1,tone,1\n1,truth,0\n'))).toEqual(['ambiguous_selection'])
  })

  test('different columns of ids give different cases, whatever stands in them', () => {
    const parts = fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }))
    const idOf = (pair: readonly string[]): string | undefined => {
      const line = JSON.stringify({ a: `x${pair[0]}`, b: `y${pair[1]}`, score: 1 })
      const mapping = { ...MAPPING, caseId: ['a', 'b'] }
      return rowsOf(importJsonl(sourceOf(line), { mapping })).cases[0]?.caseId
    }
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame = one.every((part, index) => `x${part}`.trim() === `x${other[index]}`.trim())
        expect(idOf(one) === idOf(other)).toBe(isSame)
      }),
      { numRuns: 60 },
    )
  })

  test('P1.2: words that have no mark of an id get none by being joined', () => {
    const run = rowsOf(csv('a,b,score\nmywife,cancer,1\narc,7,1\n', { mapping: { ...MAPPING, caseId: ['a', 'b'] } }))
    expect(run.cases.map(({ caseId }) => caseId)).toEqual(['arc/7', testDigest('mywife/cancer')])
  })
})

test('columns of one name are chosen by their place', () => {
  const text = 'id,Status,score,Status,score\na1,PASS,0.5,FAIL,0.25\n'
  expect(codesOf(csv(text))).toEqual(['duplicate_column'])
  expect(textsOf(csv(text))).toContain('name one by its place, such as score#1 or score#2')
  const second = { caseId: 'id', metrics: [{ name: 'score', column: 'score#2', kind: 'continuous' as const }] }
  expect(rowsOf(csv(text, { mapping: second })).cases[0]?.values).toEqual([0.25])
  expect(textsOf(csv(text, {}))).toContain('the columns are id, Status#1, score#1, Status#2, score#2')
  expect(csv(text.replaceAll('score', 'x').replace('x', 'score'))).toMatchObject({ ok: true })
  expect(codesOf(csv('id,score,score#1,score\n'))).toEqual(['duplicate_column'])
})

describe('guesses', () => {
  const uuid = (n: number): string => `0198${n}a2c-0000-4000-8000-00000000000${n}`

  test('a UUID a row beside an input is an id of the run, not of the case', () => {
    const text = `id,inputs.question,score\n${uuid(1)},CANARY,1\n${uuid(2)},CANARY2,0\n`
    expect(codesOf(csv(text, {}))).toEqual(['ids_of_runs'])
    expect(textsOf(csv(text, {}))).toContain('--case inputs.question')
    expect(textsOf(csv(text, {}))).not.toContain('CANARY')
    expect(csv(text.replaceAll('inputs.question', 'topic'), {})).toMatchObject({ ok: true })
    expect(csv(text)).toMatchObject({ ok: true })
  })

  test('-1 on a scale of 1 to 10 is asked about, unless somebody says what it means', () => {
    const text = 'id,score\na1,7\nb2,-1\nc3,10\n'
    expect(csv(text, {})).toMatchObject({ faults: [{ code: 'sentinel', line: 3, column: 'score' }] })
    expect(rowsOf(csv(text, { missing: ['-1'] })).cases.map(({ values }) => values[0])).toEqual([7, null, 10])
    expect(rowsOf(csv(text)).cases.map(({ values }) => values[0])).toEqual([7, -1, 10])
    expect(csv('id,score\na1,-1\nb2,0\nc3,1\n', {})).toMatchObject({ ok: true })
  })
})

describe('proposals', () => {
  test('name the columns and the whole command, and no content', () => {
    const text = 'question,is_right,took_ms,"what the customer said"\nCANARY a,1,20,CANARY\nCANARY b,0,30,CANARY\n'
    const result = importCsv({ ...sourceOf(text), name: "my file's.csv" })
    expect(codesOf(result)).toEqual(['column_missing'])
    expect(textsOf(result)).toContain('the columns are question, is_right, took_ms and 1 more')
    expect(textsOf(result)).toContain(
      String.raw`afterai import 'my file'\''s.csv' --case question --metric is_right=is_right:binary:up --metric took_ms=took_ms:latency:down`,
    )
    expect(JSON.stringify(result)).not.toMatch(/CANARY|customer/)
  })

  test('name pointers into nested objects', () => {
    const text = '{"key":"a1","result":{"grade":4}}\n{"key":"b2","result":{"grade":5}}\n'
    expect(textsOf(importJsonl(sourceOf(text)))).toContain('--case key --metric grade=/result/grade:continuous')
  })

  test('make lines of a document that holds its objects somewhere within', () => {
    const text = '{"meta":{},"rows":[{"q":"a1","right":true,"CANARY key":1},{"q":"b2","right":false}]}'
    const result = importResults({ ...sourceOf(text), name: 'r.json' })
    expect(codesOf(result)).toEqual(['not_a_table'])
    expect(textsOf(result)).toContain('a JSON array of objects at /rows')
    expect(textsOf(result)).toContain("jq -c '.rows[]' r.json > r.jsonl; the columns are ")
    expect(textsOf(result)).toContain('afterai import r.jsonl --case q --metric right=right:binary:up')
    expect(textsOf(result)).not.toContain('CANARY')
  })

  test('call columns by their places whose names are not shown, and never say of them what is not so', () => {
    const text = 'Question ID,Is it right?,Response time (s)\nq1,Y,1.5\nq2,N,2.5\n'
    const result = importResults({ ...sourceOf(text), name: 'wide.csv' })
    expect(textsOf(result)).toContain(
      "afterai import wide.csv --case '<column 1>' --metric 'metric-2=<column 2>:binary' --metric 'metric-3=<column 3>:continuous:down'",
    )
    expect(textsOf(result)).toContain('with the name in the place of <column 1>, <column 2>, <column 3>')
  })

  test.each(['', 'None', 'false', '0', '[]', '{}', 'OK', 'no error', 'success'])(
    'a column of errors that says %j tells of none',
    (said) => {
      const rows = Array.from({ length: 3 }, (_, index) => `c${index},1,${said}`)
      const result = csv(`case_id,correct,error\n${rows.join('\n')}\n`, {})
      expect(result.ok && result.run.cases.errors.includes(1)).toBe(false)
    },
  )

  test('map an array of objects as it stands', () => {
    const text = '[{"q":"a1","right":true,"CANARY key":1},{"q":"b2","right":false}]'
    const result = importResults({ ...sourceOf(text), name: 'r.json' })
    expect(codesOf(result)).toEqual(['column_missing'])
    expect(textsOf(result)).toContain('afterai import r.json --case q --metric right=right:binary:up')
    expect(textsOf(result)).not.toContain('CANARY')
  })

  test('come with a mapping of columns that are not there', () => {
    const result = csv('key,grade\na1,3\nb2,4\n')
    expect(codesOf(result)).toEqual(['column_missing', 'column_missing'])
    expect(textsOf(result)).toContain('--case key --metric grade=grade:continuous')
  })
})

describe('names that a person typed', () => {
  const text = 'id,prüfung,größe,score\na1,x,São Paulo (neu),0.5\n'
  const typed: TableOptions = {
    mapping: { caseId: 'id', metrics: [{ name: 'Güte, gewichtet', column: 'score', kind: 'continuous' }] },
    where: [{ column: 'größe', equals: 'São Paulo (neu)' }],
  }

  test('come back as they were typed', () => {
    const result = csv(text, typed)
    const run = rowsOf(result)
    expect([run.selection, run.metrics[0]?.name]).toEqual(['São Paulo (neu)', 'Güte, gewichtet'])
    expect(result).toMatchObject({ table: { metrics: [{ metric: 'Güte, gewichtet', column: 'score' }] } })
    expect(evaluationRunSchema.parse(run)).toEqual(run)
    expect(run.dropped).toEqual([{ field: testDigest('prüfung'), count: 1 }])
  })

  test('are refused with the accepted form where they are none', () => {
    for (const equals of ['', 'a\nb', 'x'.repeat(129), 'one two three four five six seven'])
      expect(rowFiltersSchema.safeParse([{ column: 'a', equals }]).error?.issues[0]?.message).toContain(
        'visible characters',
      )
  })
})
