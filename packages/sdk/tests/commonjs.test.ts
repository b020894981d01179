import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { standInApiKey, startStandIn, type StandInServer } from '../testing/stand-in-server.ts'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('..', import.meta.url))
const binaries = join(folder, '../../node_modules/.bin')
/** The compiler before 7, which still resolves as `node10` does. */
const olderTsc = join(folder, '../../node_modules/@arethetypeswrong/core/node_modules/typescript/bin/tsc')
const jest = join(folder, 'tests/run-times/node_modules/jest/bin/jest.js')

/** A customer's project of CommonJS with the published package in it. */
const project = mkdtempSync(join(tmpdir(), 'afterai-commonjs-'))
beforeAll(() => {
  const sdk = join(project, 'node_modules/@afterai/sdk')
  mkdirSync(sdk, { recursive: true })
  cpSync(join(folder, 'package.json'), join(sdk, 'package.json'))
  const env = { PATH: `${binaries}:/usr/bin:/bin` }
  execFileSync(process.execPath, [join(folder, 'build.ts'), join(sdk, 'dist')], { env })
  writeFileSync(join(project, 'package.json'), '{"name":"host","version":"1.0.0"}')
})
afterAll(() => rmSync(project, { recursive: true }))

let server: StandInServer
beforeEach(async () => {
  server = await startStandIn()
})
afterEach(() => server.close())

/** Runs a program of the project. It is told where the server is by its environment. */
async function runProgram(name: string, program: string, ...options: string[]): Promise<string> {
  writeFileSync(join(project, name), program)
  const env = { PATH: '/usr/bin:/bin', ENDPOINT: server.origin, API_KEY: standInApiKey }
  const { stdout } = await run(process.execPath, [...options, join(project, name)], { cwd: project, env })
  return stdout
}

const tell = `
const afterai = new AfterAI({ apiKey: process.env.API_KEY, endpoint: process.env.ENDPOINT, exitWaitMs: 10_000 })
const bot = afterai.system('bot')
bot.observe({ model: { name: 'acme-large' }, prompts: { p: 'CONTENT' } })
for (let n = 0; n < 98; n++) bot.measure({ latencyMs: n })
`

test('P2.2: a host of CommonJS requires the client and the API, also where modules can’t be required, and all arrives', async () => {
  const program = `
    const { AfterAI } = require('@afterai/sdk')
    const { createClient, ApiProblem } = require('@afterai/sdk/api')
    ${tell}
    afterai.flush(10_000).then(async (isFlushed) => {
      const client = createClient({ endpoint: process.env.ENDPOINT, credential: 'wrong' })
      const problem = await client.getLiveness().catch((it) => it)
      console.log(JSON.stringify([isFlushed, afterai.stats(), afterai.diagnostics(), problem instanceof ApiProblem]))
    })
  `
  const [isFlushed, stats, ...others] = JSON.parse(
    await runProgram('main.js', program, '--no-experimental-require-module'),
  ) as unknown[]
  expect([isFlushed, ...others]).toEqual([true, [], true])
  expect(stats).toMatchObject({ enqueued: 99, delivered: 99, dropped: 0, pending: 0 })
  expect(server.events()).toHaveLength(99)
  expect(server.bodies.join()).not.toContain('CONTENT')
})

test('P2.2: what a host of CommonJS tells in its last moment arrives', async () => {
  await runProgram('exit.js', `const { AfterAI } = require('@afterai/sdk')\n${tell}\nprocess.exit()`)
  expect(server.events()).toHaveLength(99)
})

test('P2.2: a process that loads both builds has two clients, one listener of its end, and waits once', async () => {
  const program = `
    const before = process.listenerCount('exit')
    const required = require('@afterai/sdk')
    import('@afterai/sdk').then((imported) => {
      for (const { AfterAI } of [required, imported]) {${tell}}
      console.log(JSON.stringify([required.AfterAI === imported.AfterAI, process.listenerCount('exit') - before]))
    })
  `
  expect(JSON.parse(await runProgram('both.js', program))).toEqual([false, 1])
  expect(server.events()).toHaveLength(198)
  expect(new Set(server.batches.map(({ bootId }) => bootId)).size).toBe(2)
  expect(server.faults).toEqual([])
})

test('P2.2: a test of jest as it comes requires the package, and imports it, and all arrives', async () => {
  if (!existsSync(jest)) throw new Error('jest is not installed: npm ci --prefix packages/sdk/tests/run-times')
  writeFileSync(
    join(project, 'host.test.js'),
    `test('tells', async () => {
      const { AfterAI } = require('@afterai/sdk')
      ${tell}
      expect(await afterai.flush(10_000)).toBe(true)
      await afterai.shutdown()
    })
    test('tells by another copy of the module', async () => {
      jest.resetModules()
      const { AfterAI } = require('@afterai/sdk')
      ${tell}
      expect(await afterai.flush(10_000)).toBe(true)
      await afterai.shutdown()
      expect(afterai.diagnostics()).toEqual([])
    })`,
  )
  const env = { PATH: '/usr/bin:/bin', ENDPOINT: server.origin, API_KEY: standInApiKey }
  const { stderr } = await run(process.execPath, [jest, '--rootDir', project, '--no-cache'], { cwd: project, env })
  expect(stderr).toContain('2 passed')
  expect(stderr).not.toMatch(/did not exit|open handle|leak/i)
  expect(server.events()).toHaveLength(198)
})

const typed = `import { AfterAI, type Diagnostic } from '@afterai/sdk'
import { createClient } from '@afterai/sdk/api'
const afterai = new AfterAI({ apiKey: 'k' })
afterai.system('bot').measure({ latencyMs: 1 })
// @ts-expect-error a text is no number
afterai.system('bot').measure({ latencyMs: '1' })
export const all: readonly Diagnostic[] = afterai.diagnostics()
const client = createClient({ endpoint: 'http://127.0.0.1:9', credential: 'k' })
// @ts-expect-error there is no such operation
void client.getNothing
`

const nodeTypes = ['--types', 'node', '--typeRoots', join(folder, '../../node_modules/@types')]
test.each([
  ['commonjs', 'node10', 'those of Node', nodeTypes],
  ['node16', 'node16', 'those of Node', nodeTypes],
  ['commonjs', 'node10', 'none', ['--typeRoots', './no-types']],
  ['node16', 'node16', 'none', ['--typeRoots', './no-types']],
])(
  'a project of CommonJS finds the types by --module %s --moduleResolution %s; other types: %s',
  async (module, resolution, _, types) => {
    writeFileSync(join(project, 'main.ts'), typed)
    // As `tsc --init` leaves it: no library is named.
    const target = ['--target', 'es2022', '--strict', '--noEmit']
    const ways = ['--module', module, '--moduleResolution', resolution]
    const failed = await run(process.execPath, [olderTsc, ...target, ...types, ...ways, 'main.ts'], {
      cwd: project,
    }).catch((error: { stdout: string }) => error)
    expect(failed.stdout).toBe('')
  },
  // A compiler takes as long as a busy machine lets it.
  300_000,
)
