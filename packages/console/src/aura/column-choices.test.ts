import { describe, expect, test } from 'vitest'
import { bothSidesOf, mappingOf } from './column-choices.ts'
import type { Preview } from './evaluations.ts'

const column = (
  name: string,
  place: number,
  takenFor: Preview['columns'][number]['takenFor'],
): Preview['columns'][number] => ({
  name,
  place,
  takenFor,
  why: 'usual_name',
  kind: takenFor === 'metric' ? 'binary' : null,
  direction: null,
  filled: 9,
  distinct: 2,
  canSlice: false,
  choices: [],
})
const previewOf = (columns: Preview['columns'], choices: Preview['choices'] = []): Preview => ({
  format: 'csv',
  takes: ['mapping'],
  columns,
  moreColumns: 0,
  variables: [],
  choices,
  run: null,
  faults: [],
  moreFaults: 0,
})
const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

describe('the mapping', () => {
  const columns = [column('id', 0, 'case'), column('topic', 1, 'nothing'), column('pass', 2, 'metric')]

  test('is what was guessed, but for what the reader said', () => {
    expect(parsed(mappingOf(columns, { 1: 'slice' }, undefined))).toEqual({
      caseId: 'id',
      slice: 'topic',
      metrics: [{ name: 'pass', column: 'pass', kind: 'binary' }],
    })
  })

  test('has the names of the reader’s own file, which the server doesn’t tell', () => {
    const local = { nameOf: (place: number) => ['id', 'what it is about', 'pass'][place], examplesOf: () => [] }
    expect(parsed(mappingOf(columns, { 1: 'slice' }, local))).toMatchObject({ slice: 'what it is about' })
  })

  test('has names that a metric may have, and no name twice', () => {
    const nested = [column('id', 0, 'case'), column('/a/score', 1, 'metric'), column('/b/score', 2, 'metric')]
    expect(parsed(mappingOf(nested, {}, undefined))).toMatchObject({
      metrics: [
        { name: 'a.score', column: '/a/score' },
        { name: 'b.score', column: '/b/score' },
      ],
    })
    const wordy = [column('id', 0, 'case'), column('was what we said of it right or not', 1, 'metric')]
    expect(parsed(mappingOf(wordy, {}, undefined))).toMatchObject({ metrics: [{ name: 'was what we said of it' }] })
  })

  test('of several ids is all of them; without an id or a metric there is none', () => {
    expect(parsed(mappingOf(columns, { 1: 'case' }, undefined))).toMatchObject({ caseId: ['id', 'topic'] })
    expect(mappingOf(columns, { 0: 'nothing' }, undefined)).toBeUndefined()
    expect(mappingOf(columns, { 2: 'nothing' }, undefined)).toBeUndefined()
  })
})

describe('one file that holds both sides', () => {
  test('by two providers is read once for each', () => {
    const [way] = bothSidesOf(previewOf([], [{ by: 'provider', names: ['large', 'small'] }]), {}, undefined)
    expect([way?.parts, way?.readingOf('small')]).toEqual([['large', 'small'], { provider: 'small' }])
  })

  test('by rows of two configurations is read by a filter', () => {
    const columns = [
      column('id', 0, 'case'),
      { ...column('model', 1, 'nothing'), choices: ['large', 'small'] },
      column('pass', 2, 'metric'),
    ]
    const [way] = bothSidesOf(previewOf(columns), {}, undefined)
    expect(parsed(way?.readingOf('large').where)).toEqual([{ column: 'model', equals: 'large' }])
  })

  test.each([
    ['score_before', 'score_after', 'score'],
    ['Baseline pass', 'Candidate pass', 'pass'],
    ['Score#1', 'Score#2', 'Score'],
    ['old', 'new', 'result'],
  ])('by two columns, %s and %s, is one metric of one name, %s', (before, after, name) => {
    const columns = [column('id', 0, 'case'), column(before, 1, 'metric'), column(after, 2, 'metric')]
    const [way] = bothSidesOf(previewOf(columns), {}, undefined)
    const [first = '', second = ''] = way?.parts ?? []
    expect(parsed(way?.readingOf(first).mapping)).toMatchObject({ metrics: [{ name, column: before }] })
    expect(parsed(way?.readingOf(second).mapping)).toMatchObject({ metrics: [{ name, column: after }] })
  })

  test('is not seen in columns that only look alike', () => {
    const columns = [column('id', 0, 'case'), column('threshold', 1, 'metric'), column('score', 2, 'metric')]
    expect(bothSidesOf(previewOf(columns), {}, undefined)).toEqual([])
  })
})
