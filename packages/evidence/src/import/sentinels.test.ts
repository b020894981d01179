import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowsOf, sourceOf } from '../../testing/fixtures.ts'
import { importCsv, type MetricColumn } from '../index.ts'

const csv = (values: readonly (number | string)[], column = 'quality'): string =>
  `id,${column}\n${values.map((value, index) => `c${index},${value}`).join('\n')}\n`
const faultsOf = (text: string, missing?: readonly string[]) => {
  const result = importCsv(sourceOf(text), missing === undefined ? {} : { missing })
  return result.ok ? [] : result.faults.map(({ code, text: said }) => `${code}: ${said}`)
}
const named = (values: readonly number[], more: Partial<MetricColumn> = {}) => {
  const metric = { name: 'tone', column: 'quality', kind: 'continuous', direction: 'up', ...more } as const
  const result = importCsv(sourceOf(csv(values)), { mapping: { caseId: 'id', metrics: [metric] } })
  if (!result.ok) throw new Error('it is read')
  return { values: rowsOf(result).cases.map(({ values: [value] }) => value), notes: result.run.notes ?? [] }
}

describe('numbers that stand for nothing measured', () => {
  test.each([
    [-999, [0.5, 0.7, 1]],
    [-99, [1, 5, 3]],
    [-9999, [70, 90]],
    [-9, [1, 5]],
    [99, [1, 7, 10]],
    [999, [40, 100]],
    [9999, [4, 5]],
    [-1, [7, 10]],
  ])('P6.6: %i beside %j is asked about, once, with the option that says what it means', (mark, others) => {
    const text = csv([...others, mark, mark])
    const [fault, ...more] = faultsOf(text)
    expect(more).toEqual([])
    expect(fault).toMatch(new RegExp(`^sentinel: ${mark} in lines .*--missing ${mark}, `))
    expect(faultsOf(text, [String(mark)])).toEqual([])
    // Who names the metric may mean it: it is taken, and told.
    const read = named([...others, mark])
    expect(read.values).toEqual([...others, mark])
    expect(read.notes).toEqual([expect.stringMatching(new RegExp(`^tone: ${mark} in line .*--missing ${mark} `))])
  })

  test.each([
    ['99 of 100', [99, 98, 100, 40]],
    ['99 on a scale whose end nobody reached', [99, 60, 45]],
    ['losses', [-999, -3, 4]],
    ['a scale from -1 to 1', [-1, 0, 1]],
    ['one value', [99, 99]],
    ['999 of 1000', [999, 1000, 300]],
  ])('%s is a score', (_what, values) => {
    expect(faultsOf(csv(values))).toEqual([])
    expect(named(values).notes).toEqual([])
  })

  test('a scale that holds it has its own use for it; one that doesn’t, has none', () => {
    expect(named([1, 2, -99], { scale: { lower: -100, upper: 100 } }).notes).toEqual([])
    expect(named([1, 2, -99], { scale: { lower: 1, upper: 5 } }).notes.length).toBe(1)
  })

  test('amounts have no scale: a latency of 9999 is one', () => {
    expect(faultsOf(csv([12, 9999, 40], 'latency_ms'))).toEqual([])
  })

  test('the order of the rows makes no difference', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([-999, 1, 2, 3, 4, 5, 99], { minLength: 7 }), (values) => {
        expect(faultsOf(csv(values)).map((it) => it.split(' ')[1])).toEqual(['-999', '99'])
      }),
    )
  })
})
