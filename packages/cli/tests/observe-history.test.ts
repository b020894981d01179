import { execFileSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { afterai, startStandIn, temporaryFolder, type StandIn } from './harness.ts'

const canary = 'CANARY-5b1d You are a careful support agent.'
const key = Buffer.alloc(32, 7).toString('base64')
const fingerprint = `sha256:${'a'.repeat(64)}`

interface Told {
  readonly id: string
  readonly revision: string
  readonly observedAt: string
  readonly origin: string
  readonly configuration: { model: { name: string }; prompts: { name: string; digest: string }[] }
}

let server: StandIn
let folder: string

beforeEach(async () => {
  folder = await temporaryFolder()
  server = await startStandIn({
    'GET /v1/digest-key': () => [200, { keyId: '0123456789abcdef', key, algorithm: 'hmac-sha256' }],
    'POST /v1/observations': ({ body }) => {
      const { observations } = JSON.parse(body) as { observations: Told[] }
      return [200, { results: observations.map(({ id }) => ({ id, outcome: 'changed', fingerprint, changeId: id })) }]
    },
  })
  git('init', '--quiet', '--initial-branch', 'main')
  await mkdir(join(folder, 'prompts'))
})

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, '-C', folder, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
}

let seconds = 0
async function commit(files: Readonly<Record<string, string | null>>, at?: string): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) await rm(join(folder, path))
    else await writeFile(join(folder, path), text)
  }
  git('add', '--all')
  const date = at ?? new Date(Date.UTC(2026, 0, 1) + (seconds += 60) * 1000).toISOString()
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false']
  execFileSync('git', [...identity, '-C', folder, 'commit', '--quiet', '--allow-empty', '-m', 'a commit'], {
    env: { PATH: '/usr/bin:/bin', GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date },
  })
  return git('rev-parse', 'HEAD')
}

const configuration = (model: string): string =>
  `model: { provider: acme, name: ${model} }\nprompts: { answer: prompts/answer.txt }\n`

const observe = (...args: string[]): ReturnType<typeof afterai> =>
  afterai(['observe', '--system', 'bot', '--from', join(folder, 'afterai.yaml'), '--git', ...args], { env: server.env })

function told(): Told[] {
  return server.received
    .filter(({ method }) => method === 'POST')
    .flatMap(({ body }) => (JSON.parse(body) as { observations: Told[] }).observations)
}

test('P1.3: tells which commit changed what, from the digests of each, and no text', async () => {
  await commit({ 'README.md': 'nothing of interest' })
  const first = await commit({ 'afterai.yaml': configuration('large'), 'prompts/answer.txt': canary })
  await commit({ 'README.md': 'still nothing' })
  const second = await commit({ 'prompts/answer.txt': `${canary} Be brief.` })
  const third = await commit({ 'afterai.yaml': configuration('small') })
  const ran = await observe()
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  expect(told().map(({ revision }) => revision)).toEqual([first, second, third])
  expect(told().map((it) => it.configuration.model.name)).toEqual(['large', 'large', 'small'])
  const digests = told().map((it) => it.configuration.prompts[0]?.digest)
  expect(digests[0]).not.toBe(digests[1])
  expect(digests[1]).toBe(digests[2])
  expect(told().every(({ origin }) => origin === 'import')).toBe(true)
  for (const revision of [first, second, third]) expect(ran.stdout).toContain(revision.slice(0, 12))
  expect(JSON.stringify(server.received) + ran.stdout).not.toContain('CANARY')
})

test('the same history has the same ids, and a range tells only what is new', async () => {
  const first = await commit({ 'afterai.yaml': configuration('large'), 'prompts/answer.txt': 'a' })
  await observe('--quiet')
  const before = told().map(({ id }) => id)
  const second = await commit({ 'prompts/answer.txt': 'b' })
  await observe('--since', first)
  expect(
    told()
      .slice(1)
      .map(({ revision }) => revision),
  ).toEqual([second])
  await observe('--revision', first)
  expect(told().at(-1)?.id).toBe(before[0])
  const ran = await observe('--since', 'main')
  expect(ran.stdout).toContain('No commit in this range')
})

test('what merges bring in counts when it is merged, and clocks that go back do not reorder the branch', async () => {
  await commit({ 'afterai.yaml': configuration('large'), 'prompts/answer.txt': 'a' }, '2026-01-05T00:00:00Z')
  git('switch', '--quiet', '-c', 'side')
  await commit({ 'prompts/answer.txt': 'b' }, '2026-01-06T00:00:00Z')
  git('switch', '--quiet', 'main')
  const skewed = await commit({ 'afterai.yaml': configuration('small') }, '2026-01-02T00:00:00Z')
  git('merge', '--quiet', '--no-ff', '-m', 'merge', 'side')
  const merge = git('rev-parse', 'HEAD')
  await observe()
  expect(
    told()
      .map(({ revision }) => revision)
      .slice(1),
  ).toEqual([skewed, merge])
  expect(told()[1]?.observedAt).toBe('2026-01-05T00:00:00.000Z')
})

test('a commit that describes no configuration is skipped and told, without any of its text', async () => {
  const broken = await commit({ 'afterai.yaml': `model: [${canary}`, 'prompts/answer.txt': 'a' })
  await commit({ 'afterai.yaml': configuration('large') })
  const lacking = await commit({ 'prompts/answer.txt': null })
  const gone = await commit({ 'afterai.yaml': null })
  const back = await commit({ 'afterai.yaml': configuration('small'), 'prompts/answer.txt': 'a' })
  const ran = await observe()
  expect(ran.code).toBe(0)
  expect(told()).toHaveLength(2)
  expect(told()[1]?.revision).toBe(back)
  for (const revision of [broken, lacking]) expect(ran.stderr).toContain(`Skipped ${revision.slice(0, 12)}`)
  expect(ran.stderr).not.toContain(gone.slice(0, 12))
  expect(ran.stderr).not.toContain('CANARY')
})

test('more commits than one request takes go in order, in several', async () => {
  await commit({ 'afterai.yaml': configuration('m0'), 'prompts/answer.txt': 'a' })
  const stream = Array.from({ length: 520 }, (_, index) => {
    const text = configuration(`m${index + 1}`)
    const date = 1_780_000_000 + index
    const parent = index === 0 ? 'from refs/heads/main^0\n' : ''
    return `commit refs/heads/main\ncommitter Ada <ada@example.com> ${date} +0000\ndata 1\nx\n${parent}M 100644 inline afterai.yaml\ndata ${text.length}\n${text}\n`
  })
  execFileSync('git', ['-C', folder, 'fast-import', '--quiet'], { input: stream.join('') })
  await observe()
  expect(told().map((it) => it.configuration.model.name)).toEqual(
    Array.from({ length: 521 }, (_, index) => `m${index}`),
  )
  expect(server.received.filter(({ method }) => method === 'POST')).toHaveLength(2)
})

test.each([
  [['--since', 'nowhere'], 1, 'no commit "nowhere"'],
  [['--since', '--output=/tmp/x'], 1, 'no commit'],
  [['--revision', 'nowhere'], 1, 'no commit'],
  [['--prompt', 'answer=/etc/hostname'], 1, 'outside of the repository'],
])('refuses %j', async (args, code, message) => {
  await commit({ 'afterai.yaml': configuration('large'), 'prompts/answer.txt': 'a' })
  expect(await observe(...args)).toMatchObject({ code, stderr: expect.stringContaining(message) })
  expect(told()).toEqual([])
})

test('refuses what is in no repository, and --since without --git', async () => {
  const outside = await temporaryFolder()
  await writeFile(join(outside, 'afterai.yaml'), configuration('large'))
  const args = ['observe', '--system', 'bot', '--from', join(outside, 'afterai.yaml')]
  expect(await afterai([...args, '--git'], { env: server.env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('could not read a repository'),
  })
  expect(await afterai([...args, '--since', 'main'], { env: server.env })).toMatchObject({ code: 2 })
})
