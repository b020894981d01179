import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { verdictExitCodes } from '@afterai/record'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { examplesOf } from '../src/commands/leaf.ts'
import { exitCodes } from '../src/exit-codes.ts'
import { chapterWords, createProgram, pathOf } from '../src/program.ts'
import { commandLineReference, leavesOf } from '../src/reference.ts'
import { afterai, temporaryFolder } from './harness.ts'

const run = promisify(execFile)
const launcher = fileURLToPath(new URL('../bin/afterai', import.meta.url))

async function program(words?: readonly string[]): Promise<Command> {
  const nowhere = new PassThrough()
  nowhere.resume()
  const world = { env: {}, stdin: nowhere, stdout: nowhere, stderr: nowhere }
  return createProgram({ world, onExit: () => undefined }, words)
}

const leaves = leavesOf(await program()).map((command) => ({ path: pathOf(command), examples: examplesOf(command) }))

test('the reference and the program agree', async () => {
  const page = fileURLToPath(new URL('../../../docs/reference/command-line.md', import.meta.url))
  expect(await readFile(page, 'utf8')).toBe(await commandLineReference())
})

test.each(leaves)('$path has examples, and they are command lines that it takes', async ({ path, examples }) => {
  expect(examples.length).toBeGreaterThan(0)
  for (const example of examples) {
    const words = wordsOf(example)
    const parsed: string[] = []
    const it = await program()
    for (const leaf of leavesOf(it)) leaf.action(() => void parsed.push(pathOf(leaf)))
    await it.parseAsync(words, { from: 'user' })
    expect(parsed).toEqual([path])
  }
})

const guides = fileURLToPath(new URL('../../../docs/guides/', import.meta.url))
const commandsOfGuides = readdirSync(guides).flatMap((name) =>
  [...readFileSync(join(guides, name), 'utf8').matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
    .filter((line) => /^(?:\w+=\$\()?(?:npx )?afterai /.test(line))
    .map((line) => ({ name, line: line.replace(/\s+(?:#|\|\| ).*$/, '').replaceAll(/(?<!=)\$\([^)]*\)/g, 'x') })),
)

test('the guides have commands', () => {
  expect(commandsOfGuides.length).toBeGreaterThan(15)
})

test.each(commandsOfGuides)('$name: $line is a command line that the program takes', async ({ line }) => {
  const it = await program()
  const parsed: string[] = []
  for (const leaf of leavesOf(it)) leaf.action(() => void parsed.push(pathOf(leaf)))
  await it.parseAsync(wordsOf(line), { from: 'user' })
  expect(parsed).toHaveLength(1)
})

/** The words after `afterai`, as a shell would split them, without redirections. */
function wordsOf(example: string): string[] {
  const [, line = ''] = /afterai (.*?)(?:\)| > .*)?$/.exec(example) ?? []
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

test.each(leaves)('$path --help shows its usage and examples, and ends well', async ({ path }) => {
  const ran = await afterai([...path.split(' ').slice(1), '--help'])
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(ran.stdout).toContain(`Usage: ${path} `)
  expect(ran.stdout).toContain('--json')
  expect(ran.stdout).toContain('Examples:')
})

test.each([
  ['imprt results.csv', 'Did you mean import?'],
  ['record verfy x', 'Did you mean verify?'],
  ['ace list --statsu pending', 'Did you mean --status?'],
  ['ace list --status open', 'Allowed choices are pending, confirmed, dismissed'],
  ['observe', "required option '--system <name>' not specified"],
  ['decide c001 --detail reject --justification x --assessment a', 'Give --act or --not-act.'],
  ['ace list --limit 0', 'Give a whole number above 0.'],
  ['whoami --json --quiet', '--quiet'],
  ['key list --json --quiet', 'cannot be used with option'],
])('%j is a usage error that helps', async (line, message) => {
  expect(await afterai(line.split(' '), { env: { AFTERAI_API_KEY: 'k' } })).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(message),
  })
})

test('an exit code means one thing', () => {
  const own = Object.values(exitCodes).map(([code]) => code)
  const verdicts = Object.values(verdictExitCodes).filter((code) => code !== 0)
  const all: number[] = [...own, ...verdicts]
  expect(new Set(all).size).toBe(all.length)
})

test.each(chapterWords())(
  '%s: its chapter defines it, and is all that a command line with it loads',
  async (...words) => {
    const whole = await program()
    for (const word of words) {
      const names = (await program([word])).commands.map((command) => command.name())
      expect(names).toEqual(word === 'completion' ? whole.commands.map((command) => command.name()) : words)
    }
    expect(whole.commands.map((command) => command.name())).toEqual(chapterWords().flat())
  },
)

test('tells its version', async () => {
  expect(await afterai(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})

async function completeInBash(words: readonly string[]): Promise<string[]> {
  const { stdout: script } = await afterai(['completion', 'bash'])
  const typed = words.map((word) => `'${word}'`).join(' ')
  const command = `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}; _afterai; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = await run('bash', ['-c', command])
  return stdout.trim().split('\n')
}

test('bash completes commands, options and the values of options', async () => {
  expect(await completeInBash(['afterai', 'rec'])).toEqual(['record'])
  expect(await completeInBash(['afterai', 'record', ''])).toEqual(
    expect.arrayContaining(['export', 'verify', '--help']),
  )
  expect(await completeInBash(['afterai', 'record', 'export', 'abc', '--k'])).toEqual(['--keys'])
  expect(await completeInBash(['afterai', 'ace', 'list', '--status', ''])).toEqual([
    'pending',
    'confirmed',
    'dismissed',
  ])
})

test.each(['zsh', 'fish'])('the completion script for %s names every command', async (shell) => {
  const { stdout } = await afterai(['completion', shell])
  for (const { path } of leaves) expect(stdout).toContain(`'${path.replace('afterai ', '')}'`)
})

test('the launcher passes over a node that is too old', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'node'), '#!/bin/sh\necho v20.20.2\n')
  await chmod(join(folder, 'node'), 0o755)
  const { stdout } = await run(launcher, ['--help'], { env: { PATH: `${folder}:/usr/bin:/bin` } })
  expect(stdout).toMatch(/^Usage: afterai /)
})

test('the launcher believes a node of npm what its package says, and starts it once', async () => {
  const folder = await temporaryFolder()
  const bin = join(folder, 'node_modules/.bin')
  const manifest = join(folder, 'node_modules/node/package.json')
  for (const path of [join(bin, 'node'), manifest]) await mkdir(dirname(path), { recursive: true })
  await writeFile(join(bin, 'node'), '#!/bin/sh\necho "started with $*"\n', { mode: 0o755 })
  const ran = async (version: string): Promise<string> => {
    await writeFile(manifest, `{\n  "name": "node",\n  "version": "${version}"\n}\n`)
    return (await run(launcher, ['--help'], { env: { PATH: `${bin}:/usr/bin:/bin` } })).stdout
  }
  expect((await ran('24.0.0')).match(/started with .*/g)).toEqual([expect.stringContaining(' --help')])
  expect(await ran('22.9.0')).toMatch(/^Usage: afterai /)
})

test('the launcher tells the version without starting anything', async () => {
  for (const word of ['--version', '-V']) {
    const { stdout } = await run(launcher, [word], { env: { PATH: '' } })
    expect(stdout).toBe((await afterai([word])).stdout)
  }
})

test('the launcher runs what was built for as long as no source is newer, added or taken away', async () => {
  const root = await temporaryFolder()
  const [copy, source, other, built] = [
    'cli/bin/afterai',
    'cli/src/main.ts',
    'server/src/other.ts',
    'server/dist/program/afterai.js',
  ].map((path) => join(root, 'packages', path)) as [string, string, string, string]
  for (const path of [copy, source, other, built]) await mkdir(dirname(path), { recursive: true })
  await writeFile(copy, await readFile(launcher), { mode: 0o755 })
  await writeFile(source, `process.stdout.write('sources')`)
  await writeFile(other, '')
  for (const name of ['cli', 'server'])
    await writeFile(join(root, `packages/${name}/package.json`), '{"type":"module"}')
  const ran = async (): Promise<string> => {
    const { stdout } = await run(copy, ['ace'], { env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` } })
    return stdout
  }
  const build = async (): Promise<void> => {
    await writeFile(built, `process.stdout.write('built')`)
    const later = Date.now() / 1000 + 60
    await utimes(built, later, later)
  }
  const touch = async (path: string): Promise<void> => {
    const latest = Date.now() / 1000 + 120
    await utimes(path, latest, latest)
  }
  expect(await ran()).toBe('sources')
  await build()
  expect(await ran()).toBe('built')
  // A file that is added or taken away shows in its folder.
  for (const path of [other, dirname(other), join(root, 'packages/server/package.json')]) {
    await touch(path)
    expect(await ran()).toBe('sources')
    await utimes(path, 0, 0)
    expect(await ran()).toBe('built')
  }
})

test('the launcher says what to do where there is no node', async () => {
  const folder = await temporaryFolder()
  const copy = join(folder, 'afterai')
  await writeFile(copy, await readFile(launcher))
  await chmod(copy, 0o755)
  await writeFile(join(folder, 'node'), '#!/bin/sh\necho v20.20.2\n')
  await chmod(join(folder, 'node'), 0o755)
  const failure = await run(copy, ['--help'], { env: { PATH: `${folder}:/usr/bin:/bin` } }).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  )
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining('found: v20.20.2') })
  expect(failure?.stderr).toContain('npm ci')
})
