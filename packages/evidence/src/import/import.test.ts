import { describe, expect, test } from 'vitest'
import { hasFixtures, readFixture, rowsOf, sourceOf, testDigest } from '../../testing/fixtures.ts'
import {
  evaluationRunSchema,
  importCsv,
  importJsonl,
  importMappingSchema,
  type ImportMapping,
  type ImportResult,
} from '../index.ts'

const MAPPING: ImportMapping = {
  caseId: 'case',
  metrics: [{ name: 'score', column: 'score', kind: 'continuous' }],
}

function csv(text: string, mapping: ImportMapping | undefined = MAPPING): ImportResult {
  return importCsv(sourceOf(text), { mapping })
}

function faultsOf(result: ImportResult): unknown[] {
  return result.ok ? [] : result.faults.map(({ code, line, column }) => [code, line, column])
}

describe('CSV', () => {
  test('reads a BOM, CRLF, quoted line breaks, quoted quotes and empty cells', () => {
    const text = '\uFEFFcase,prompt,score\r\na1,"two\r\nlines, ""quoted""",0.5\r\nb2,,\r\n\r\nc3,x,.25e1\r\n'
    const run = rowsOf(csv(text))
    expect(run.cases.map(({ caseId, values }) => [caseId, ...values])).toEqual([
      ['a1', 0.5],
      ['b2', null],
      ['c3', 2.5],
    ])
    expect(run.dropped).toEqual([{ field: 'prompt', count: 2 }])
    expect(evaluationRunSchema.parse(run)).toEqual(run)
  })

  test('finds the usual column names by itself', () => {
    const text =
      'id,segment,correct,latency_ms,cost_usd,output_tokens,answer\n1,eu,true,20,0.1,7,x\n2,us,false,30,0.2,9,y\n'
    const run = rowsOf(importCsv(sourceOf(text)))
    expect(run.metrics).toEqual([
      { name: 'correct', kind: 'binary', direction: 'up', directionFrom: 'name' },
      { name: 'latency_ms', kind: 'latency', direction: 'down', directionFrom: 'kind' },
      { name: 'cost_usd', kind: 'cost', direction: 'down', directionFrom: 'kind' },
      { name: 'output_tokens', kind: 'tokens', direction: 'down', directionFrom: 'kind' },
    ])
    expect(run.cases[1]).toEqual({ caseId: '2', slice: 'us', outcome: 'completed', values: [0, 30, 0.2, 9] })
  })

  test('an error column marks cases without an answer', () => {
    const text = 'case,score,failed\na1,1,\nb2,,upstream timed out\nc3,1,0\nd4,1,false\n'
    const run = rowsOf(csv(text, { ...MAPPING, error: 'failed' }))
    expect(run.cases.map(({ outcome }) => outcome)).toEqual(['completed', 'error', 'completed', 'completed'])
    expect(JSON.stringify(run)).not.toContain('upstream')
  })

  test('refuses rows of several configurations unless one is chosen', () => {
    const text = 'case,config,score\na,old,1\na,new,0\nb,old,1\nb,new,0\n'
    expect(faultsOf(csv(text))).toEqual([['ambiguous_selection', 3, 'config']])
    const chosen = rowsOf(importCsv(sourceOf(text), { mapping: MAPPING, where: [{ column: 'config', equals: 'new' }] }))
    expect(chosen.selection).toBe('new')
    expect(chosen.cases.map(({ values }) => values)).toEqual([[0], [0]])
    const none = importCsv(sourceOf(text), { mapping: MAPPING, where: [{ column: 'config', equals: 'newer' }] })
    expect(faultsOf(none)).toEqual([['nothing_selected', undefined, undefined]])
  })

  test('collects every fault with its place, once a column, and imports nothing', () => {
    const text = 'case,score\na,1\nb\n,1\nc,NaN\nd,Infinity\ne,1e999\nf,0x10\ng,1,2\n'
    expect(faultsOf(csv(text))).toEqual([
      ['ragged_row', 3, undefined],
      ['case_id_missing', 4, 'case'],
      ['not_a_number', 6, 'score'],
    ])
  })

  test('checks what each kind allows', () => {
    const mapping: ImportMapping = {
      caseId: 'case',
      metrics: [
        { name: 'safe', column: 'safe', kind: 'safety' },
        { name: 'ms', column: 'ms', kind: 'latency' },
      ],
    }
    expect(faultsOf(csv('case,safe,ms\na,0.5,3\nb,1,-1\n', mapping))).toEqual([
      ['not_binary', 2, 'safe'],
      ['negative', 3, 'ms'],
    ])
  })

  test('refuses repeats of a case under another cluster or slice', () => {
    const mapping = { ...MAPPING, cluster: 'cluster', slice: 'slice' }
    expect(
      faultsOf(csv('case,cluster,slice,score\na,x,s,1\na,y,s,1\nb,x,s,1\nb,x,t,1\nc,x,s,1\nc,x,s,0\n', mapping)),
    ).toEqual([
      ['conflicting_case', 3, undefined],
      ['conflicting_case', 5, undefined],
    ])
  })

  test.each([
    ['an empty file', '', 'empty'],
    ['blank lines alone', '\n\n', 'empty'],
    ['a header alone', 'case,score\n', 'empty'],
    ['a header twice', 'case,score,score\na,1,1\n', 'duplicate_column'],
    ['a missing column', 'case,points\na,1\n', 'column_missing'],
    ['an open quote', 'case,score\na,"1\n', 'malformed'],
    ['text after a quote', 'case,score\n"a"b,1\n', 'malformed'],
    ['a record of 10 MB', `case,score\n${'x'.repeat(10_000_000)},1\n`, 'too_large'],
    ['too many columns', `${Array.from({ length: 501 }, (_, index) => `c${index}`).join(',')}\n`, 'too_large'],
  ])('refuses %s', (_, text, code) => {
    expect(faultsOf(csv(text)).at(0)).toContain(code)
  })

  test('refuses a table without known columns, and one without a metric', () => {
    expect(faultsOf(csv('a,b\n1,2\n', undefined)).at(0)).toContain('column_missing')
    expect(faultsOf(importCsv(sourceOf('id,b\n1,2\n'))).at(0)).toContain('no_metric')
  })

  test('a cell of a million digits is no number, and is found to be none at once', () => {
    expect(faultsOf(csv(`case,score\na,${'1'.repeat(1_000_000)}x\n`))).toEqual([['not_a_number', 2, 'score']])
  })

  test('lists a hundred faults and counts the rest', () => {
    const result = importJsonl(sourceOf('not json\n'.repeat(250)), { mapping: MAPPING })
    expect(result).toMatchObject({ ok: false, more: 150 })
    expect(faultsOf(result)).toHaveLength(100)
  })

  test('rows of another width are told once, with the first three places', () => {
    expect(csv(`case,score\n${'a\n'.repeat(250)}`)).toMatchObject({
      faults: [{ code: 'ragged_row', line: 2, text: expect.stringContaining('in lines 2, 3, 4 and 247 more') }],
    })
  })

  test('complains of a column once, with the accepted forms and the first three places', () => {
    const result = csv(`case,score\n${'a,bad\n'.repeat(250)}`)
    expect(result).toMatchObject({ ok: false, more: 0, faults: [{ code: 'not_a_number', line: 2, column: 'score' }] })
    const [fault] = result.ok ? [] : result.faults
    expect(fault?.text).toMatch(/^not numbers in lines 2, 3, 4 and 247 more; write one of 0\.85 or 0,85 or 85%/)
  })

  test('P1.2: no content of unmapped columns, headers, ids or bad cells comes out', () => {
    const canary = 'CANARY the customer said: "my card is 4111"'
    const quoted = `"${canary.replaceAll('"', '""')}"`
    const header = `case,score,prompt,${quoted}`
    const good = csv(`${header}\n${quoted},1,${quoted},${quoted}\nb2,1,,x\n`)
    const bad = csv(`${header}\n${quoted},${quoted},${quoted},${quoted}\n${quoted}\n"${canary}\n`)
    const badColumn = csv(`case,${quoted}\na,x\n`, {
      caseId: 'case',
      metrics: [{ name: 'score', column: canary, kind: 'continuous' }],
    })
    for (const result of [good, bad, badColumn]) expect(JSON.stringify(result)).not.toContain('CANARY')
    const run = rowsOf(good)
    expect(run.cases.map(({ caseId }) => caseId)).toEqual(['b2', testDigest(canary)])
    expect(run.digestedIdentifiers).toBe(1)
    expect(run.dropped).toEqual([
      { field: testDigest(canary), count: 2 },
      { field: 'prompt', count: 1 },
    ])
  })

  const shortProse = ['my wife has cancer', 'wife is ill', 'my wife', 'cancer']
  const ids = ['prime:0', 'case-000', 'q100t1', '7', 'turns/3', 'a.b', 'qa2a87a40', 'issue#12']

  test.each(shortProse)('P1.2: short prose is no id of a case or cluster: %s', (prose) => {
    const run = rowsOf(csv(`case,group,score\n${prose},${prose},1\n`, { ...MAPPING, cluster: 'group' }))
    expect(run.cases[0]).toMatchObject({ caseId: testDigest(prose), cluster: testDigest(prose) })
    expect(run.digestedIdentifiers).toBe(1)
    expect(evaluationRunSchema.parse(run)).toEqual(run)
    const kept = { ...run, cases: run.cases.map((entry) => ({ ...entry, caseId: prose })) }
    expect(evaluationRunSchema.safeParse(kept).success).toBe(false)
  })

  test.each(ids)('an id passes as it stands: %s', (id) => {
    const run = rowsOf(csv(`case,group,score\n${id},${id},1\n`, { ...MAPPING, cluster: 'group' }))
    expect(run.cases[0]).toMatchObject({ caseId: id, cluster: id })
    expect(run.digestedIdentifiers).toBe(0)
  })

  test('P1.2: 65 characters are no identifier', () => {
    const run = rowsOf(csv(`case,score\n${'x1'.repeat(32)},1\n${'x1'.repeat(32)}y,1\n`))
    expect(run.cases.map(({ caseId }) => caseId)).toEqual([testDigest(`${'x1'.repeat(32)}y`), 'x1'.repeat(32)])
  })

  test.each(shortProse.slice(0, 3))('P1.2: short prose is no name of a dropped column: %s', (prose) => {
    const run = rowsOf(importCsv(sourceOf(`id,pass,${prose}\n1,1,x\n`)))
    expect(run.dropped).toEqual([{ field: testDigest(prose), count: 1 }])
    const twice = rowsOf(csv(`case,score,${prose},${prose}\n1,1,x,y\n`))
    expect(twice.dropped.map(({ field }) => field).toSorted()).toEqual(
      [1, 2].map((place) => testDigest(`${prose}#${place}`)).toSorted(),
    )
  })

  test('P1.2: only what the caller mapped may have more than one word', () => {
    const text = 'id,category,wife has cancer_score,pass\n1,my wife is ill,1,1\n'
    const guessed = rowsOf(importCsv(sourceOf(text)))
    expect(guessed.cases[0]?.slice).toBe(testDigest('my wife is ill'))
    expect(guessed.metrics.map(({ name }) => name)).toEqual(['pass', testDigest('wife has cancer_score')])
    expect(guessed.dropped).toEqual([])
    const mapping: ImportMapping = {
      caseId: 'id',
      slice: 'category',
      metrics: [{ name: 'tone of voice', column: 'pass', kind: 'continuous' }],
    }
    const mapped = rowsOf(csv('id,category,pass\n1,North America,1\n2,my wife is so ill,1\n', mapping))
    expect(mapped.cases.map(({ slice }) => slice)).toEqual(['North America', testDigest('my wife is so ill')])
    expect(mapped.metrics[0]?.name).toBe('tone of voice')
  })
})

describe('JSONL', () => {
  test('reads keys and JSON pointers, and counts what it leaves', () => {
    const mapping: ImportMapping = {
      caseId: 'id',
      metrics: [
        { name: 'score', column: '/metrics/score', kind: 'continuous' },
        { name: 'ms', column: 'ms', kind: 'latency' },
      ],
    }
    const text =
      '{"id":1,"metrics":{"score":0.5},"ms":3,"output":"secret"}\n\n{"id":"t/2","metrics":{},"ms":null,"output":["secret"]}\n'
    const run = rowsOf(importJsonl(sourceOf(text), { mapping }))
    expect(run.cases).toEqual([
      { caseId: '1', outcome: 'completed', values: [0.5, 3] },
      { caseId: 't/2', outcome: 'completed', values: [null, null] },
    ])
    expect(run.dropped).toEqual([{ field: 'output', count: 2 }])
    expect(JSON.stringify(run)).not.toContain('secret')
  })

  test('names like __proto__ and constructor are data, not a way in', () => {
    const text =
      '{"case":"a1","score":1,"__proto__":{"score":9},"constructor":{"prototype":{}}}\n{"case":"b2","__proto__":{"score":0}}\n'
    const run = rowsOf(importJsonl(sourceOf(text), { mapping: MAPPING }))
    expect(run.cases.map(({ values }) => values)).toEqual([[1], [null]])
    expect(run.dropped).toContainEqual({ field: 'constructor', count: 1 })
    expect(Object.hasOwn(Object.prototype, 'score')).toBe(false)
    const pointer = {
      ...MAPPING,
      metrics: [{ name: 'score', column: '/__proto__/constructor/length', kind: 'continuous' as const }],
    }
    expect(faultsOf(importJsonl(sourceOf('{"case":"a"}'), { mapping: pointer }))).toEqual([
      ['column_missing', undefined, '/__proto__/constructor/length'],
    ])
  })

  test('P1.2: short prose as a key or an id is digested', () => {
    const run = rowsOf(importJsonl(sourceOf('{"case":"my wife","score":1,"wife is ill":true}\n'), { mapping: MAPPING }))
    expect(run.cases[0]?.caseId).toBe(testDigest('my wife'))
    expect(run.dropped).toEqual([{ field: testDigest('wife is ill'), count: 1 }])
  })

  test('collects the faults of all lines', () => {
    const text = `{"case":"a","score":1}\n{"case":"b","score":\n[1]\n{"case":"c","score":"CANARY"}\n{"case":"d","score":1e999}\n{"score":1}\n"${'x'.repeat(10_000_000)}"\n`
    const result = importJsonl(sourceOf(text), { mapping: MAPPING })
    expect(faultsOf(result)).toEqual([
      ['malformed', 2, undefined],
      ['not_an_object', 3, undefined],
      ['too_large', 7, undefined],
      ['case_id_missing', 6, 'case'],
      ['not_a_number', 4, 'score'],
    ])
    expect(JSON.stringify(result)).not.toContain('CANARY')
  })

  test('an empty file is a fault', () => {
    expect(faultsOf(importJsonl(sourceOf(''), { mapping: MAPPING })).at(0)).toContain('empty')
  })
})

test('a mapping names each metric once, and at least one', () => {
  expect(importMappingSchema.safeParse(MAPPING).success).toBe(true)
  expect(importMappingSchema.safeParse({ caseId: 'id', metrics: [] }).success).toBe(false)
  expect(importMappingSchema.safeParse({ ...MAPPING, metrics: [...MAPPING.metrics, ...MAPPING.metrics] }).success).toBe(
    false,
  )
})

test.skipIf(!hasFixtures)('reads all 4,000 rows of a real table (skipped where the shared fixtures are absent)', () => {
  const source = sourceOf(readFixture('evidence/llmdrift_prime.csv'))
  const run = rowsOf(importCsv(source, { where: [{ column: 'config', equals: 'gpt-4-0314' }] }))
  expect(run.cases).toHaveLength(1000)
  expect(run.metrics.map(({ name, kind }) => `${name}:${kind}`)).toEqual([
    'score:binary',
    'latency_s:latency',
    'cost_usd:cost',
    'output_tokens:tokens',
  ])
  expect(run.digestedIdentifiers).toBe(0)
})
