import { env } from 'node:process'
import { toolEnvironment } from '../packages/testing/src/system-tools.ts'
import { benches } from './benches.ts'
import type { Row } from './row.ts'

const columns = ['what', 'measured', 'limit', 'ratio', 'goal'] as const

function toCells({ name, value, unit, limitName, limit, ratio, goal = '', isMissed = false }: Row): string[] {
  const verdict = isMissed ? `${goal}: MISSED` : goal
  return [name, `${round(value)} ${unit}`, `${round(limit)} (${limitName})`, ratio.toFixed(2), verdict]
}

function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

function toTable(rows: readonly Row[]): string {
  const cells = [[...columns], ...rows.map(toCells)]
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

// What the tests unpack is found by the benches too.
Object.assign(env, toolEnvironment(env['PATH'] ?? ''))
const asked = process.argv.slice(2)
const wanted = asked.filter((it) => it !== '--short')
const unknown = wanted.filter((name) => !(name in benches))
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}\n`)
  process.exit(2)
}
for (const [name, load] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  process.stdout.write(`\n${name}\n`)
  const { run } = await load()
  const rows = await run()
  process.stdout.write(`${toTable(rows)}\n`)
  if (rows.some(({ isMissed = false }) => isMissed)) process.exitCode = 1
}
