import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { afterai, temporaryFolder } from './harness.ts'

const table = (columns: string, ...rows: readonly string[]): string => `${[columns, ...rows].join('\n')}\n`
const tenRows = (row: (index: number) => string): string[] => Array.from({ length: 10 }, (_, index) => row(index))

/** Files that are refused at first, by what is odd about them. */
const files: Readonly<Record<string, string>> = {
  'no-id.csv': table('score,note', '0.5,a-1', '0.7,b-2', '0.9,c-3'),
  'unique-score.csv': table('score,passed', '0.5,1', '0.7,0', '0.9,1'),
  'score-alone.csv': table('score', '0.5', '0.7'),
  'question.csv': table('question,correct', ...tenRows((it) => `q${it},${it % 2}`)),
  'key.csv': table('key,grade,latency_ms', ...tenRows((it) => `k-${it},${it / 10},${100 + it}`)),
  'no-metric.csv': table('id,x', ...tenRows((it) => `a-${it},0.${it}`)),
  'words.csv': table('id,verdict', ...tenRows((it) => `a-${it},good`)),
  'toxic.csv': table('name,toxicity', ...tenRows((it) => `n-${it},0.${it}`)),
  'colon.csv': table('row,score:mean', ...tenRows((it) => `${it},0.${it}`)),
  'whole.csv': table('n,pass', ...tenRows((it) => `${it},${it % 2}`)),
  'two files.csv': table('question,correct', ...tenRows((it) => `q${it},${it % 2}`)),
  'lines.jsonl': tenRows((it) =>
    JSON.stringify({ q: `q-${it}`, result: { grade: it / 10, other: { grade: it } } }),
  ).join('\n'),
  'nested.json': JSON.stringify({ rows: tenRows((it) => `a-${it}`).map((q, v) => ({ q, v })), more: [1] }),
  'keyed.json': JSON.stringify(Object.fromEntries(tenRows((it) => `case-${it}`).map((id, n) => [id, { grade: n }]))),
  'two-arrays.json': JSON.stringify({
    before: tenRows((it) => `a-${it}`).map((q, v) => ({ q, grade: v })),
    after: tenRows((it) => `a-${it}`).map((q, v) => ({ q, grade: v })),
  }),
  'columns.json': JSON.stringify({ q: tenRows((it) => `a-${it}`), grade: tenRows((it) => String(it)).map(Number) }),
  'array.json': JSON.stringify(tenRows((it) => `a-${it}`).map((q, v) => ({ q, grade: v }))),
}

/** Splits a command as a shell does that knows single quotes. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')

/** Runs the `jq -c` that is proposed. */
function makeLines(said: string): void {
  const [, filter = '', from = '', to = ''] = /jq -c '([^']*)' ('[^']*'|\S+) > ('[^']*'|[^\s;]+);/.exec(said) ?? []
  if (filter === '') return
  const [source = '', target = ''] = [from, to].map((it) => it.replaceAll("'", ''))
  writeFileSync(target, execFileSync('jq', ['-c', filter, source]))
}

/** Runs what was proposed, and what that proposes, until nothing is. @returns how many commands were proposed, and what the last one said */
async function follow(first: readonly string[]): Promise<{ steps: number; said: string; code: number }> {
  let ran = await afterai(first)
  for (let steps = 0; ; steps += 1) {
    const said = ran.stderr
    const proposed = new Set(
      [...said.matchAll(/(afterai (?:import|assess) .*?)(?: \([a-z_]+\))?$/gm)].map(([, it]) => it ?? ''),
    )
    const [command] = proposed
    if (command === undefined) return { steps, said: said + ran.stdout, code: ran.code }
    // A word that stands for another one is no command.
    expect(command).not.toMatch(/\b(?:FILE|COLUMN|NAME|KIND|DIRECTION)\b/)
    expect(command.split(' ')[1]).toBe(first[0])
    makeLines(said)
    const words = wordsOf(command).slice(1)
    ran = await afterai(first[0] === 'import' ? [...words, '--dry-run'] : words)
    expect([command, ran.code === 2, ran.stderr === said]).toEqual([command, false, false])
    expect(steps).toBeLessThan(3)
  }
}

async function written(): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

describe('a command that an error proposes goes on', () => {
  test.each(Object.keys(files))('of importing and of comparing %s', async (name) => {
    const path = join(await written(), name)
    const imported = await follow(['import', path, '--dry-run'])
    const compared = await follow(['assess', '--offline', path, path])
    // What can't be read at all says so in words, without a command that would be refused again.
    const canBeRead = !['score-alone.csv', 'words.csv', 'unique-score.csv'].includes(name)
    expect([imported.code, compared.code, imported.said]).toEqual([canBeRead ? 0 : 1, canBeRead ? 0 : 1, imported.said])
    expect(canBeRead ? 0 : imported.steps + compared.steps).toBe(0)
    expect(compared.said).not.toContain('afterai import')
  })

  test('what measures is never proposed as the id of a case', async () => {
    const folder = await written()
    for (const name of Object.keys(files)) {
      const { stderr } = await afterai(['import', join(folder, name), '--dry-run'])
      expect([name, /--case (?:score|correct|passed|pass|toxicity|grade|latency_ms)\b/.test(stderr)]).toEqual([
        name,
        false,
      ])
    }
  })

  test('comparing two files of which one is odd keeps the other where it stood', async () => {
    const folder = await written()
    const [good, odd] = [join(folder, 'good.csv'), join(folder, 'two files.csv')]
    writeFileSync(good, table('id,question,correct', ...tenRows((it) => `a-${it},q${it},1`)))
    const { stderr } = await afterai(['assess', '--offline', good, odd])
    expect(stderr).toContain(
      `afterai assess --offline ${good} '${odd}' --case question --metric correct=correct:binary:up`,
    )
    expect((await follow(['assess', '--offline', good, odd])).code).toBe(0)
  })
})

const sources = fileURLToPath(new URL('../src', import.meta.url))

/** Commands that the sources write in backticks, or behind a colon that introduces one: as far as their words are no arguments. */
function commandsInSources(): string[] {
  const texts = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(sources, file), 'utf8'))
  const found = texts.flatMap((text) => [...text.matchAll(/(?:`|: {1,2})afterai ([a-z][a-z-]*(?: [a-z][a-z-]*)*)/g)])
  // `afterai on HOST` is what a device is called.
  return [...new Set(found.map(([, words]) => words ?? ''))].filter((words) => words !== 'on').toSorted()
}

test.each(commandsInSources())('there is a command afterai %s', async (words) => {
  const { code, stdout } = await afterai([...words.split(' '), '--help'])
  expect(code).toBe(0)
  const [first = ''] = words.split(' ')
  expect(stdout).toMatch(new RegExp(`^Usage: afterai ${first}\\b`))
})
