import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ServerProcess, startServerProcess } from '@afterai/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('..', import.meta.url))
const actionFolder = join(root, 'integrations/github-action')
const work = mkdtempSync(join(tmpdir(), 'afterai-pipelines-'))
const repository = join(work, 'repository')
const canary = 'CANARY-9c44 Answer kindly.'

let server: ServerProcess
let pipelineKey: string

const path = `${root}node_modules/.bin:/usr/local/bin:/usr/bin:/bin`

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function shell(script: string, env: Readonly<Record<string, string>> = {}, input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const environment = { PATH: path, HOME: work, XDG_CONFIG_HOME: join(work, 'config'), AFTERAI_URL: server.origin }
    const options = { cwd: repository, env: { ...environment, ...env } }
    const child = execFile('bash', ['--norc', '-eo', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr })
    })
    child.stdin?.end(input)
  })
}

async function asAda(script: string, input = ''): Promise<string> {
  const ran = await shell(script, {}, input)
  if (ran.code !== 0) throw new Error(`${script}: ${ran.code} ${ran.stderr}`)
  return ran.stdout.trim()
}

function commit(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(repository, name), text)
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false']
  execFileSync('git', ['-C', repository, 'add', '--all'])
  execFileSync('git', [...identity, '-C', repository, 'commit', '--quiet', '-m', 'a commit'])
  return execFileSync('git', ['-C', repository, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
}

/** The fenced blocks of the guide, in a language, after a heading. */
function blocks(language: string, heading: string): string[] {
  const guide = readFileSync(join(root, 'docs/guides/pipelines.md'), 'utf8')
  const text = guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, it]) => it ?? '')
}

const configurationOf = (model: string): string =>
  `model: { provider: acme, name: ${model} }\nprompts: { answer: prompts/answer.txt }\n`

async function changes(): Promise<
  { id: string; title: string; source: { revision: string | null; origin: string } }[]
> {
  const listed = await asAda('afterai ace list --all --json')
  return (JSON.parse(listed) as { items: never[] }).items
}

beforeAll(async () => {
  chmodSync(work, 0o711)
  mkdirSync(join(repository, 'prompts'), { recursive: true })
  // npx finds the command there, as in a clone.
  symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'))
  execFileSync('git', ['init', '--quiet', '--initial-branch', 'main', repository])
  server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: join(work, 'data') },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })
  const code = await vi.waitFor(
    () => {
      const [, found] = /--setup (\S+)/.exec(server.output()) ?? []
      if (found === undefined) throw new Error(`no set-up code yet: ${server.output()}`)
      return found
    },
    { timeout: 60_000 },
  )
  const login = `afterai login --setup ${code} --email ada@example.com --name Ada --password-stdin`
  await asAda(login, 'brave tulip 42 harbour\n')
  await asAda('afterai system create support-bot')
  pipelineKey = await asAda('afterai key create pipeline --scope observation:write digest-key:read --quiet')
})

afterAll(async () => {
  server.signalAll('SIGTERM')
  await server.ending
  rmSync(work, { recursive: true, force: true })
})

describe('a pipeline with a key for observations alone', () => {
  const asPipeline = (script: string): Promise<Ran> => shell(script, { AFTERAI_API_KEY: pipelineKey })

  test('observes with one line, and a second run changes nothing', async () => {
    commit({ 'afterai.yaml': configurationOf('acme-large-2026-03'), 'prompts/answer.txt': canary })
    const [observe = ''] = blocks('sh', 'Any other pipeline')
    expect(await asPipeline(observe)).toMatchObject({ code: 0, stdout: expect.stringContaining('baseline') })
    expect(await asPipeline(observe)).toMatchObject({ code: 0, stdout: expect.stringContaining('unchanged') })
    expect(await changes()).toEqual([])
  })

  test('observes the same with curl alone', async () => {
    const [withCurl = ''] = blocks('sh', 'With curl alone')
    const same = await asPipeline(withCurl)
    expect(same).toMatchObject({ code: 0 })
    expect(JSON.parse(same.stdout)).toMatchObject({ results: [{ outcome: 'unchanged' }] })
    const revision = commit({ 'prompts/answer.txt': `${canary} Be brief.` })
    expect(JSON.parse((await asPipeline(withCurl)).stdout)).toMatchObject({ results: [{ outcome: 'changed' }] })
    expect(await changes()).toMatchObject([{ title: 'prompt answer changed', source: { origin: 'ci', revision } }])
  })

  test('tells of the history in the repository once', async () => {
    const [history = ''] = blocks('sh', 'The history that you have already')
    const before = await changes()
    const revision = commit({ 'afterai.yaml': configurationOf('acme-small-2026-10') })
    expect(await asPipeline(history)).toMatchObject({ code: 0, stdout: expect.stringContaining(revision.slice(0, 12)) })
    const after = await changes()
    expect(after).toHaveLength(before.length + 1)
    await asPipeline(history)
    expect(await changes()).toEqual(after)
  })

  test('can do nothing else', async () => {
    expect(await asPipeline('afterai ace list')).toMatchObject({ code: 4 })
  })
})

describe('the GitHub Action', () => {
  interface Step {
    readonly shell: string
    readonly run: string
    readonly env: Readonly<Record<string, string>>
  }
  const action = parse(readFileSync(join(actionFolder, 'action.yml'), 'utf8')) as {
    inputs: Readonly<Record<string, { default?: string; required?: boolean }>>
    runs: { using: string; steps: readonly Step[] }
  }
  const [step] = action.runs.steps

  /** Runs the step as GitHub does: expressions become values of its environment, never text of its script. */
  async function runAction(
    given: Readonly<Record<string, string>>,
  ): Promise<Ran & { output: string; summary: string }> {
    const inputs = { url: server.origin, 'api-key': pipelineKey, system: 'support-bot', command: 'afterai', ...given }
    const value = (name: string): string => ({ ...inputs })[name] ?? action.inputs[name]?.default ?? ''
    const env = Object.fromEntries(
      Object.entries(step?.env ?? {}).map(([name, text]) => [
        name,
        text.replace(/^\$\{\{ inputs\.([\w-]+) \}\}$/, (_, input: string) => value(input)),
      ]),
    )
    const [output, summary] = [join(work, 'output'), join(work, 'summary')]
    for (const file of [output, summary]) writeFileSync(file, '')
    const ran = await shell(step?.run ?? '', {
      ...env,
      GITHUB_ACTION_PATH: actionFolder,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_SHA: execFileSync('git', ['-C', repository, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim(),
    })
    return { ...ran, output: readFileSync(output, 'utf8'), summary: readFileSync(summary, 'utf8') }
  }

  test('hands on the change that a commit makes, and none for the next run', async () => {
    const revision = commit({ 'prompts/answer.txt': 'Answer in one line.' })
    const ran = await runAction({})
    expect(ran).toMatchObject({ code: 0, summary: expect.stringContaining('afterai ace show') })
    const [change] = await changes()
    expect(change).toMatchObject({ source: { origin: 'ci', revision } })
    expect(ran.output).toMatch(new RegExp(`^changes<<(end-[0-9a-f]{32})\\n${change?.id}\\n\\1\\n$`))
    expect(await runAction({})).toMatchObject({ code: 0, summary: expect.stringContaining('what it ran with before') })
  })

  test('tells of every commit of a push', async () => {
    const before = commit({ 'prompts/answer.txt': 'Answer in two lines.' })
    await runAction({})
    const known = (await changes()).length
    commit({ 'prompts/answer.txt': 'Answer in three lines.' })
    commit({ 'prompts/answer.txt': 'Answer in four lines.' })
    const ran = await runAction({ history: 'true', since: before })
    expect(ran.output.match(/^[0-9a-f]{8}-/gm)).toHaveLength(2)
    expect(await changes()).toHaveLength(known + 2)
    expect(await runAction({ history: 'true', since: '0'.repeat(40) })).toMatchObject({ code: 0 })
    // As after a forced push.
    const forced = await runAction({ history: 'true', since: 'f'.repeat(40) })
    expect(forced).toMatchObject({ code: 0, stdout: expect.stringContaining('the whole history is told') })
    expect(await changes()).toHaveLength(known + 2)
  })

  test('runs no code that stands in an input, and fails where the server says no', async () => {
    const evil = `x"; touch ${join(work, 'owned')}; echo "$(touch ${join(work, 'owned')})`
    const ran = await runAction({ system: evil })
    expect(ran.code).not.toBe(0)
    expect(() => readFileSync(join(work, 'owned'))).toThrow('ENOENT')
    expect(await runAction({ 'api-key': 'aftr_live_nonsense' })).toMatchObject({ code: 3 })
    expect(step?.run).not.toContain('${{')
  })
})

test('P1.2: no text of a prompt reached the server by any of these ways', () => {
  const found = execFileSync('sh', ['-c', 'grep -rlaF "$1" "$2" || true', 'sh', 'CANARY-9c44', join(work, 'data')])
  expect(found.toString()).toBe('')
  expect(server.output()).not.toContain('CANARY')
})
