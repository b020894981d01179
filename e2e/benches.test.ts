import { execFile } from 'node:child_process'
import { expect, test } from 'vitest'
import { benches } from '../bench/benches.ts'

/** A line of a bench's table: what was measured, its figure, its limit, the ratio. */
const line =
  /^.+? {2,}-?[\d.,]+(?:e[+-]?\d+)? \S.*? {2,}-?[\d.,]+(?:e[+-]?\d+)? \(.+\) {2,}(?:-?\d+\.\d\d|Infinity)( {2,}|$)/

/** Those whose work is done by tests of their own, `imports.test.ts` and `server-imports.test.ts`. */
const elsewhere = ['imports', 'server-imports']

test.each(Object.keys(benches).filter((name) => !elsewhere.includes(name)))(
  'npm run bench -- %s runs to its end, and shows figures beside a limit',
  async (name) => {
    const { code, output } = await run(name)
    // It ends with 1 where a row misses its goal, as figures of so little work do.
    expect([0, 1], output).toContain(code)
    const [title = '', head = '', ...rows] = output.split('\n').filter((row) => row !== '')
    expect([title, head.split(/ {2,}/)]).toEqual([name, ['what', 'measured', 'limit', 'ratio', 'goal']])
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.filter((row) => !line.test(row))).toEqual([])
    expect(code === 1).toBe(rows.some((row) => row.endsWith(': MISSED')))
  },
  240_000,
)

function run(name: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['bench/main.ts', '--short', name], (error, output, errors) => {
      const code = error === null ? 0 : Number(error.code)
      resolve({ code, output: errors.includes('at ') ? `${output}\n${errors}` : output })
    })
  })
}
