import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type ServerProcess, startServerProcess } from '@afterai/testing'
import { vi } from 'vitest'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const path = `${root}node_modules/.bin:/usr/local/bin:/usr/bin:/bin`

/** What a script or a step came to. */
export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A repository with a pipeline, and a server that it can reach, where Ada is an admin and `support-bot` a system. */
export interface Pipeline {
  readonly server: ServerProcess
  /** A folder of its own; the repository and the server's data lie in it. */
  readonly work: string
  readonly repository: string
  /** Runs a script in the repository, as runners do. */
  shell(script: string, env?: Readonly<Record<string, string>>, input?: string): Promise<Ran>
  /** The output of a script of a person who is signed in. */
  asAda(script: string, input?: string): Promise<string>
  /** Commits files, in a second in which nothing was told yet; answers the commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>
  stop(): Promise<void>
}

/** Starts a server and makes an empty repository. */
export async function startPipeline(): Promise<Pipeline> {
  const work = mkdtempSync(join(tmpdir(), 'afterai-pipelines-'))
  const repository = join(work, 'repository')
  chmodSync(work, 0o711)
  mkdirSync(join(repository, 'prompts'), { recursive: true })
  // npx finds the command there, as in a clone.
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'))
  execFileSync('git', ['init', '--quiet', '--initial-branch', 'main', repository])
  const server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: join(work, 'data') },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })

  const shell: Pipeline['shell'] = (script, env = {}, input = '') =>
    new Promise((resolve) => {
      const environment = { PATH: path, HOME: work, XDG_CONFIG_HOME: join(work, 'config'), AFTERAI_URL: server.origin }
      const options = { cwd: repository, env: { ...environment, ...env } }
      const child = execFile('bash', ['--norc', '-eo', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr })
      })
      child.stdin?.end(input)
    })
  const asAda: Pipeline['asAda'] = async (script, input = '') => {
    const ran = await shell(script, {}, input)
    if (ran.code !== 0) throw new Error(`${script}: ${ran.code} ${ran.stderr}`)
    return ran.stdout.trim()
  }

  const code = await setupCodeOf(server)
  const login = `afterai login --setup ${code} --email ada@example.com --name Ada --password-stdin`
  await asAda(login, 'brave tulip 42 harbour\n')
  await asAda('afterai system create support-bot')
  return {
    server,
    work,
    repository,
    shell,
    asAda,
    commit: async (files) => {
      // Git tells whole seconds: a commit in the second of what was told before it would be earlier than that.
      await sleep(1_000 - (Date.now() % 1_000))
      return commitIn(repository, files)
    },
    stop: async () => {
      server.signalAll('SIGTERM')
      await server.ending
      rmSync(work, { recursive: true, force: true })
    },
  }
}

function setupCodeOf(server: ServerProcess): Promise<string> {
  return vi.waitFor(
    () => {
      const [, found] = /--setup (\S+)/.exec(server.output()) ?? []
      if (found === undefined) throw new Error(`no set-up code yet: ${server.output()}`)
      return found
    },
    { timeout: 60_000 },
  )
}

function commitIn(repository: string, files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(repository, name), text)
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false']
  execFileSync('git', ['-C', repository, 'add', '--all'])
  execFileSync('git', [...identity, '-C', repository, 'commit', '--quiet', '--allow-empty', '-m', 'a commit'])
  return execFileSync('git', ['-C', repository, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
}

/** The fenced blocks of the guide, in a language, after a heading. */
export function guideBlocks(language: string, heading: string): string[] {
  const guide = readFileSync(join(root, 'docs/guides/pipelines.md'), 'utf8')
  const text = guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, it]) => it ?? '')
}

/** An action of the repository, with one step. */
export interface Action {
  readonly folder: string
  readonly inputs: Readonly<Record<string, { default?: string; required?: boolean }>>
  readonly step: { readonly run: string; readonly env: Readonly<Record<string, string>> }
}

/** Reads an action. */
export function readAction(folder: string): Action {
  const absolute = join(root, folder)
  const { inputs, runs } = parse(readFileSync(join(absolute, 'action.yml'), 'utf8')) as {
    inputs: Action['inputs']
    runs: { steps: readonly Action['step'][] }
  }
  const [step] = runs.steps
  if (step === undefined) throw new Error(`${folder} has no step`)
  return { folder: absolute, inputs, step }
}

/** What a step came to, and what it left in the files that the runner gives it. */
export interface RanStep extends Ran {
  readonly output: string
  readonly summary: string
}

/** Runs an action's step as GitHub does: expressions become values of its environment, never text of its script. */
export async function runAction(
  { shell, work, repository }: Pipeline,
  { folder, inputs, step }: Action,
  { given, env = {} }: { given: Readonly<Record<string, string>>; env?: Readonly<Record<string, string>> },
): Promise<RanStep> {
  const value = (name: string): string => given[name] ?? inputs[name]?.default ?? ''
  const own = Object.fromEntries(
    Object.entries(step.env).map(([name, text]) => [
      name,
      text.replace(/^\$\{\{ inputs\.([\w-]+) \}\}$/, (_, input: string) => value(input)),
    ]),
  )
  const files = mkdtempSync(join(work, 'step-'))
  const [output, summary] = [join(files, 'output'), join(files, 'summary')]
  for (const file of [output, summary]) writeFileSync(file, '')
  const ran = await shell(step.run, {
    ...own,
    GITHUB_ACTION_PATH: folder,
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_SHA: execFileSync('git', ['-C', repository, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
    ...env,
  })
  return { ...ran, output: readFileSync(output, 'utf8'), summary: readFileSync(summary, 'utf8') }
}
