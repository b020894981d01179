import { expect, test } from 'vitest'
import { serveImports } from '../bench/server-imports.ts'

test('P5.3: a server holds a bounded part of the files that it imports, one after the other and at once', async () => {
  const { answers, idleMib, peakMib } = await serveImports({ rows: 100_000, times: 2 })
  expect(answers).toMatchObject([
    { status: 201, cases: 100_000 },
    { status: 201, cases: 100_000 },
  ])
  expect(peakMib - idleMib).toBeLessThan(150)
}, 240_000)
