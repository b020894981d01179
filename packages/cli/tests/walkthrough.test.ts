import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '@afterai/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))
const launcher = join(root, 'packages/cli/bin/afterai')

/** The fenced shell blocks of a section of the README, as they stand. */
async function shellBlocks(section: string): Promise<string[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const text = readme.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '')
}

interface RunningServer {
  readonly process: ChildProcess
  readonly setupCode: string
  readonly output: () => string
}

/** Runs `afterai up` on a database of its own until it prints the set-up code. */
async function startServer(env: Record<string, string>): Promise<RunningServer> {
  const server = spawn(launcher, ['up', '--empty'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const setupCode = new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const [, code] = /--setup (\S+)/.exec(output) ?? []
      if (code !== undefined) resolve(code)
    }
    server.stdout.on('data', read)
    server.stderr.on('data', read)
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)))
  })
  return { process: server, setupCode: await setupCode, output: () => output }
}

/** Stops a server as Ctrl-C would, and answers its exit code. */
async function stop(server: ChildProcess): Promise<number | null> {
  if (server.exitCode === null) {
    server.kill('SIGINT')
    await once(server, 'exit')
  }
  return server.exitCode
}

/** A folder from which the README's lines run as from a clone, and an environment that belongs to this test. */
async function clone(): Promise<{ folder: string; env: Record<string, string>; serverEnv: Record<string, string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'afterai-walkthrough-'))
  // The embedded database runs as another user, and would otherwise put its files where that user can reach them.
  await chmod(folder, 0o711)
  for (const name of ['node_modules', 'packages', 'examples', 'docs', 'package.json'])
    await symlink(join(root, name), join(folder, name))
  const origin = `127.0.0.1:${await freePort()}`
  const PATH = `${join(root, 'node_modules/.bin')}:${join(execPath, '..')}:/usr/local/bin:/usr/bin:/bin`
  const env = { PATH, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), AFTERAI_URL: `http://${origin}` }
  const data = join(folder, 'data')
  return { folder, env, serverEnv: { ...env, AFTERAI_LISTEN: origin, AFTERAI_DATA_DIR: data } }
}

/** The README's first block, from a set-up code to an exported record, run once for all tests. */
const walkthrough = {
  ...({} as Awaited<ReturnType<typeof clone>> & { server: RunningServer }),
  blocks: [] as string[],
  walked: '',
  after: '',
}

async function shell(block: string): Promise<string> {
  const { folder: cwd, env } = walkthrough
  const { stdout, stderr } = await run('bash', ['--norc', '-eo', 'pipefail', '-c', block], { cwd, env })
  return stdout + stderr
}

beforeAll(async () => {
  Object.assign(walkthrough, await clone())
  walkthrough.blocks = await shellBlocks('Walk through a change by command line')
  walkthrough.server = await startServer(walkthrough.serverEnv)
  const placeholder = 'XXXXX-XXXXX-XXXXX-XXXXX'
  const [walk = ''] = walkthrough.blocks
  if (!walk.includes(placeholder)) throw new Error('the README has no place for the set-up code')
  walkthrough.walked = await shell(walk.replace(placeholder, walkthrough.server.setupCode))
  walkthrough.after = await shell(walkthrough.blocks[1] ?? '')
}, 300_000)

afterAll(async () => {
  await stop(walkthrough.server.process)
  await rm(walkthrough.folder, { recursive: true, force: true })
})

test('P1.1: the walk-through of the README ends in a sealed record, exactly as it stands', () => {
  expect(walkthrough.walked).toContain('MATERIAL REGRESSION')
  expect(walkthrough.walked).toMatch(/pass in refunds +material regression/)
  expect(walkthrough.walked).toMatch(/^decision +approved$/m)
  expect(walkthrough.walked).toContain('wrote record.json')
})

test('P6.2, P6.3: what was refused and runs is contrary, the gate is shut for it, and going back mends it', () => {
  const { after } = walkthrough
  expect(after).toMatch(/^contrary +support-bot +production/m)
  expect(after).toMatch(/^gate +shut: contrary$/m)
  expect(after).toMatch(/^accepted baseline +support-bot +production/m)
  expect(after).toMatch(/^life +closed; not act, rolled back$/m)
  expect(after).toMatch(/back: model acme-small-2026-10 → acme-large-2026-03/)
})

test('nobody approves their own decision', async () => {
  const decide =
    'afterai decide "$(afterai ace list --status confirmed --quiet)" --not-act --detail defer --justification Later. --quiet'
  await expect(shell(`afterai approve "$(${decide})" --yes`)).rejects.toMatchObject({
    code: 4,
    stderr: expect.stringContaining('The author of a decision cannot approve it'),
  })
})

test('P4.5: the record verifies with the server stopped, and no longer once a byte of it has changed', async () => {
  const [, , verify = '', offline = ''] = walkthrough.blocks
  expect(await stop(walkthrough.server.process)).toBe(0)
  const verified = await shell(verify)
  expect(verified).toMatch(/^verdict +valid: /m)
  expect(verified).toMatch(/^valid: index \d+ of \d+, /m)
  expect(await shell(offline)).toMatch(/pass in refunds +material regression/)
  const path = join(walkthrough.folder, 'record.json')
  const bundle = await readFile(path, 'utf8')
  await writeFile(path, bundle.replace('"disclosures":[', '"disclosures":[ '))
  await expect(shell(verify)).rejects.toMatchObject({ code: 10 })
  await writeFile(path, bundle)
})

test.each(['furniture shop', 'desk lamp', 'opened goods cost', 'a sentence that nobody guesses'])(
  'P1.2: "%s" is in nothing that the server keeps, logs or exports',
  async (canary) => {
    const { folder, server, walked } = walkthrough
    await stop(server.process)
    expect(walked + server.output()).not.toContain(canary)
    const places = ['data', 'config', 'record.json', 'keys'].map((name) => join(folder, name))
    await expect(run('grep', ['-rlaF', canary, ...places])).rejects.toMatchObject({ code: 1, stdout: '' })
    // The search does find what is there.
    expect((await run('grep', ['-rlaF', 'support-bot', ...places])).stdout).toContain(folder)
  },
)
