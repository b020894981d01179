import { describe, expect, test } from 'vitest'
import { runOf, sourceOf } from '../testing/fixtures.ts'
import { assess, defaultPlan, importCsv, type AssessmentPlan } from './index.ts'

type Row = Readonly<Record<string, string | number>>

/** A table as a file of it would be read, its columns in the order given. */
function run(rows: readonly Row[], columns: readonly string[]) {
  const lines = rows.map((row) => columns.map((column) => row[column]).join(','))
  return runOf(importCsv(sourceOf(`${columns.join(',')}\n${lines.join('\n')}\n`)))
}

function table(count: number, row: (index: number) => Row): Row[] {
  return Array.from({ length: count }, (_, index) => ({ id: `case-${index}`, ...row(index) }))
}

function plan(...metrics: AssessmentPlan['metrics']): AssessmentPlan {
  return { ...defaultPlan, metrics }
}

describe('P6.5: no column of numbers is left out in silence', () => {
  test.each([
    'tone',
    'Helpful?',
    'Très utile',
    'Safety (1-5)',
    'Réponse correcte',
    '正确',
    'faithfulness (ragas)',
    'hallucination_free',
    'toxicity_flagged',
    'reward',
  ])('numbers under any other name hold back the verdict as long as nobody says which way is better: %s', (name) => {
    const side = (right: number) =>
      table(100, (index) => ({
        correct: Number(index > 20),
        [name]: Number(index % 100 < right),
        seed: index,
        note: 'x',
      }))
    for (const columns of [
      ['id', 'correct', name, 'seed', 'note'],
      ['note', name, 'seed', 'correct', 'id'],
    ]) {
      expect(assess(run(side(95), columns), run(side(40), columns)).verdict).toBe('withheld')
      expect(assess(run(side(40), columns), run(side(95), columns)).verdict).toBe('withheld')
      // What doesn't change asks nothing.
      expect(assess(run(side(95), columns), run(side(95), columns)).verdict).not.toBe('withheld')
    }
  })

  test('a cell that is no number in a column of numbers is a fault, whatever the column’s name; words are words', () => {
    for (const name of ['hallucination', 'toxicity', 'tone', 'tox_score', 'correct']) {
      const rows = Array.from({ length: 20 }, (_, index) => `${index},1,${index === 7 ? '#DIV/0!' : index % 2}`)
      const result = importCsv(sourceOf(`id,pass,${name}\n${rows.join('\n')}\n`))
      expect(result.ok ? [] : result.faults.map(({ code, column }) => [code, column])).toEqual([['not_a_number', name]])
    }
    const words = importCsv(sourceOf('id,pass,harm\n1,1,low\n2,0,high\n'))
    expect(runOf(words).notes).toEqual([expect.stringMatching(/hold words, which take no part: harm\. /)])
  })

  test('half a mark beside a whole one, or pass marks of 1 and of 5, are two scales, whatever margin is given', () => {
    const side = (of: readonly number[]) =>
      table(60, (index) => ({ correct: 1, relevance_score: of[index % of.length] ?? 0 }))
    const columns = ['id', 'correct', 'relevance_score']
    const said = plan({ name: 'relevance_score', direction: 'up', margin: 0.02 })
    for (const [one, other] of [
      [
        [0.8, 1, 0.6],
        [2, 3, 4],
      ],
      [
        [0, 1, 1],
        [0, 5, 5, 0],
      ],
    ] as const) {
      expect(assess(run(side(one), columns), run(side(other), columns), said).verdict).toBe('withheld')
      expect(assess(run(side(other), columns), run(side(one), columns), said).verdict).toBe('withheld')
    }
  })
})
