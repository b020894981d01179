import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from './harness.ts'

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
  onTestFinished(async () => stop(server))
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** A folder from which the README's lines run as from a clone, and an environment that belongs to this test. */
async function clone(): Promise<{ folder: string; env: Record<string, string>; serverEnv: Record<string, string> }> {
  const folder = await temporaryFolder()
  for (const name of ['node_modules', 'packages', 'examples', 'docs', 'package.json'])
    await symlink(join(root, name), join(folder, name))
  const origin = `127.0.0.1:${await freePort()}`
  const PATH = `${join(root, 'node_modules/.bin')}:${join(execPath, '..')}:/usr/local/bin:/usr/bin:/bin`
  const env = { PATH, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), AFTERAI_URL: `http://${origin}` }
  const data = join(folder, 'data')
  return { folder, env, serverEnv: { ...env, AFTERAI_LISTEN: origin, AFTERAI_DATA_DIR: data } }
}

test('the walk-through of the README works exactly as it stands, and verifies with the server stopped', async () => {
  const { folder, env, serverEnv } = await clone()
  const [walk = '', verify = '', offline = ''] = await shellBlocks('Walk through a change')
  const server = await startServer(serverEnv)
  const shell = async (block: string): Promise<string> => {
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', block], { cwd: folder, env })
    return stdout
  }

  const placeholder = 'XXXXX-XXXXX-XXXXX-XXXXX'
  expect(walk).toContain(placeholder)
  const walked = await shell(walk.replace(placeholder, server.setupCode))
  expect(walked).toContain('MATERIAL REGRESSION')
  expect(walked).toMatch(/pass in refunds +material regression/)
  expect(walked).toMatch(/^decision +approved$/m)

  expect(await stop(server.process)).toBe(0)
  const verified = await shell(verify)
  expect(verified).toMatch(/^verdict +valid: /m)
  expect(verified).toMatch(/^valid: index \d+ of \d+, /m)
  expect(await shell(offline)).toMatch(/pass in refunds +material regression/)

  const bundle = await readFile(join(folder, 'record.json'), 'utf8')
  await writeFile(join(folder, 'record.json'), bundle.replace('"disclosures":[', '"disclosures":[ '))
  await expect(shell(verify)).rejects.toMatchObject({ code: 10 })
})

test('P1.2: no prompt, question or answer of the walk-through is in what the server keeps, logs or exports', async () => {
  const { folder, env, serverEnv } = await clone()
  const [walk = ''] = await shellBlocks('Walk through a change')
  const server = await startServer(serverEnv)
  const block = walk.replace('XXXXX-XXXXX-XXXXX-XXXXX', server.setupCode)
  const { stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', block], { cwd: folder, env })
  await stop(server.process)
  const canaries = ['furniture shop', 'desk lamp', 'opened goods cost', 'a sentence that nobody guesses']
  for (const canary of canaries) {
    expect(stdout + stderr + server.output()).not.toContain(canary)
    const search = run('grep', [
      '-rlaF',
      canary,
      join(folder, 'data'),
      join(folder, 'record.json'),
      join(folder, 'config'),
    ])
    await expect(search, `found "${canary}"`).rejects.toMatchObject({ code: 1, stdout: '' })
  }
})

test('a person who may not approve is told so, and so is the author', async () => {
  const { folder, env, serverEnv } = await clone()
  const [walk = ''] = await shellBlocks('Walk through a change')
  const server = await startServer(serverEnv)
  const [beforeApproval = ''] = walk.replace('XXXXX-XXXXX-XXXXX-XXXXX', server.setupCode).split('npx afterai approve')
  const own = `${beforeApproval}\nnpx afterai approve "$decision" --yes`
  await expect(run('bash', ['-euo', 'pipefail', '-c', own], { cwd: folder, env })).rejects.toMatchObject({
    code: 4,
    stderr: expect.stringContaining('The author of a decision cannot approve it'),
  })
})
