import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { bundleFiles } from '../bundle.ts'
import { standInApiKey, startStandIn, type StandInServer } from '../testing/stand-in-server.ts'

const programs = fileURLToPath(new URL('run-times', import.meta.url))
/** A customer's project with the published package in it. */
const project = mkdtempSync(join(tmpdir(), 'afterai-run-times-'))
const sdk = join(project, 'node_modules/@afterai/sdk')

function binary(name: string): string {
  const path = join(programs, 'node_modules/.bin', name)
  if (!existsSync(path)) throw new Error(`${name} is not installed: npm ci --prefix packages/sdk/tests/run-times`)
  return path
}

beforeAll(async () => {
  for (const { fileName, code } of await bundleFiles()) {
    const path = join(sdk, 'dist', fileName)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, code)
  }
  cpSync(fileURLToPath(new URL('../package.json', import.meta.url)), join(sdk, 'package.json'))
  writeFileSync(join(project, 'package.json'), '{"type":"module","dependencies":{"@afterai/sdk":"*"}}')
  for (const name of ['exercise.mjs', 'program.mjs', 'edge.mjs']) cpSync(join(programs, name), join(project, name))
})
afterAll(() => rmSync(project, { recursive: true }))

let server: StandInServer
const children: ChildProcess[] = []
beforeEach(async () => {
  server = await startStandIn()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await server.close()
})

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(command: string, ...parameters: string[]): Promise<Ended> {
  const child = spawn(command, parameters, { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Checks what a run time reports of the exercise, and what its server received. */
function expectAllDelivered(said: string): void {
  expect(JSON.parse(said)).toMatchObject({
    // Three were wrong.
    isFlushed: false,
    stats: { enqueued: 1005, delivered: 1002, dropped: 3, pending: 0, droppedBy: { invalid: 3 } },
    said: ['invalid', 'invalid', 'invalid'],
  })
  const kinds = Object.groupBy(server.events(), ({ kind }) => kind)
  expect([kinds.observation?.length, kinds.change?.length, kinds.measure?.length]).toEqual([1, 1, 1000])
  expect(server.faults).toEqual([])
  expect(server.bodies.filter((body) => body.includes('CONTENT'))).toEqual([])
}

/** A program for the edge in one file, as a bundler makes it that follows the conditions of that run time. */
async function bundleForEdge(condition: string, format: 'es' | 'iife'): Promise<string> {
  const bundled = await rolldown({
    input: join(project, 'edge.mjs'),
    platform: 'neutral',
    resolve: { conditionNames: [condition, 'import', 'default'] },
    logLevel: 'silent',
  })
  const { output } = await bundled.generate({ format, codeSplitting: false, name: 'program' })
  await bundled.close()
  const file = join(project, `${condition}.js`)
  // No thread is in it, nor what Node alone has.
  expect(output[0].code).not.toContain('worker_threads')
  writeFileSync(file, output[0].code)
  return file
}

const withProcess = { Deno: ['deno', 'run', '--allow-all', '--quiet'], Bun: ['bun'] } as const

test.each(Object.entries(withProcess))(
  'P2.2, P2.3: on %s all arrives, once, and what is wrong is dropped and counted',
  async (_, [name, ...options]) => {
    const { code, stdout, stderr } = await run(binary(name), ...options, 'program.mjs', server.origin, standInApiKey)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expectAllDelivered(stdout)
  },
)

test.each(Object.entries(withProcess))(
  'P2.2: on %s what a process told arrives, though it exits at once',
  async (_, [name, ...options]) => {
    const ended = await run(binary(name), ...options, 'program.mjs', server.origin, standInApiKey, 'exit')
    expect(ended).toEqual({ code: 4, stdout: '', stderr: '' })
    expect(server.events()).toHaveLength(100)
    expect(server.faults).toEqual([])
  },
)

test('P2.2, P2.3: on Cloudflare’s workerd all arrives, once, and what is wrong is dropped and counted', async () => {
  await bundleForEdge('workerd', 'es')
  writeFileSync(
    join(project, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "program.js", esModule = embed "workerd.js")],
      compatibilityDate = "2026-11-01", globalOutbound = "network")),
    (name = "network", network = (allow = ["private"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
`,
  )
  const child = spawn(binary('workerd'), ['serve', join(project, 'config.capnp'), '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const port = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`workerd ended: ${stderr}`)))
    child.stdio[3]?.on('data', (text: Buffer) => {
      const [, found] = /"event":"listen".*"port":(\d+)/.exec(text.toString()) ?? []
      if (found !== undefined) resolve(found)
    })
  })
  const where = new URLSearchParams({ endpoint: server.origin, apiKey: standInApiKey })
  expectAllDelivered(await (await fetch(`http://127.0.0.1:${port}/?${where.toString()}`)).text())
  expect(stderr).toBe('')
})

test('P2.2, P2.3: on Vercel’s edge run time all arrives, once, and what is wrong is dropped and counted', async () => {
  binary('edge-runtime')
  const script = await bundleForEdge('edge-light', 'iife')
  const { code, stdout, stderr } = await run(
    process.execPath,
    join(programs, 'run-edge-runtime.mjs'),
    script,
    server.origin,
    standInApiKey,
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expectAllDelivered(stdout)
})
