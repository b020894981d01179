import { expect, test } from 'vitest'
import { measureImports } from '../bench/imports.ts'

test('reading a table holds no more of it than its cases: a file of several pieces costs little more than none', async () => {
  const rows = await measureImports(20_000)
  expect(rows.map(({ name }) => name.replace(/, [^,]* s$/, ''))).toEqual([
    'csv: 20,000 rows read, a thousandth kept',
    'csv: 20,000 rows read, all kept',
    'csv: twice 20,000 rows compared',
    'jsonl: 20,000 rows read, a thousandth kept',
    'jsonl: 20,000 rows read, all kept',
    'jsonl: twice 20,000 rows compared',
  ])
  for (const { name, isMissed } of rows) expect(isMissed, name).toBe(false)
}, 240_000)
