import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type GithubServer, startGithub } from './github-server.ts'
import { type Pipeline, type RanStep, readAction, runAction, startPipeline } from './pipeline.ts'

const token = 'ghs_4fQ9canaryToken77'
const action = readAction('integrations/github-action/gate')
const hostile = '](https://evil.example) @everyone <script>alert(1)</script> ``` ` | ##[stop-commands]x'

let pipeline: Pipeline
let github: GithubServer
let key: string
let pullRequest = 0
let temperature = 0

/** Commits a configuration that nobody knows yet, in a pull request of its own. */
async function newPullRequest(): Promise<{ readonly number: number; readonly sha: string }> {
  pullRequest += 1
  return { number: pullRequest, sha: await push() }
}

function push(): Promise<string> {
  temperature += 0.01
  return pipeline.commit({
    'afterai.yaml': `model: { provider: acme, name: acme-large }\ninference: { temperature: ${temperature.toFixed(2)} }\n`,
  })
}

type Inputs = Readonly<Record<string, string>>

function run(request: { number: number; sha: string } | null, given: Inputs = {}, env: Inputs = {}): Promise<RanStep> {
  const event = join(pipeline.work, 'event.json')
  const of = request && { number: request.number, head: { sha: request.sha } }
  writeFileSync(event, JSON.stringify(of === null ? {} : { pull_request: of }))
  const inputs = { url: pipeline.server.origin, 'api-key': key, system: 'support-bot', command: 'afterai' }
  return runAction(pipeline, action, {
    given: { ...inputs, 'github-token': token, plan: 'Another temperature', ...given },
    env: {
      GITHUB_API_URL: github.origin,
      GITHUB_REPOSITORY: 'acme/support-bot',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_RUN_ID: '7',
      GITHUB_EVENT_PATH: event,
      ...env,
    },
  })
}

function outputsOf({ output }: RanStep): Record<string, string> {
  const found = [...output.matchAll(/^([\w-]+)<<(end-[0-9a-f]{32})\n([\s\S]*?)\n\2$/gm)]
  return Object.fromEntries(found.map(([, name = '', , value = '']) => [name, value]))
}

const commentsOn = ({ number }: { number: number }) => github.comments.filter(({ issue }) => issue === number)
const statesOf = (sha: string) => github.statuses.filter((it) => it.sha === sha).map(({ state }) => state)

/** Ada proposes, Bo approves: the change's record. */
async function decide(change: string | undefined, how: string): Promise<void> {
  const decision = await pipeline.asAda(
    `afterai ace confirm ${change} --severity low --blast-radius single_app --customer-impact none >&2
     afterai decide ${change} ${how} --without-assessment --justification "So it was agreed." --quiet`,
  )
  await pipeline.asAda(`afterai approve ${decision} --profile bo --comment "Agreed." --yes`)
}

const act = '--act --detail approve'

beforeAll(async () => {
  pipeline = await startPipeline()
  github = await startGithub(token)
  const { asAda, work } = pipeline
  key = await asAda('afterai key create gate --scope decision:read digest-key:read change:write --quiet')
  const invitation = await asAda('afterai user invite bo@example.com --role approver --quiet')
  const login = `afterai login --invitation ${invitation} --profile bo --password-stdin --name`
  await asAda(`${login} 'Bo \` @everyone'`, 'brave tulip 42 harbour\n')
  writeFileSync(
    join(work, 'policy.yaml'),
    '- { decision: before, assessment: wanted, emergency: { roles: [approver] } }\n',
  )
  await asAda(`afterai policy set --environment production --from ${work}/policy.yaml --reason "First decide."`)
  await push()
  await asAda('afterai observe --system support-bot --from afterai.yaml')
}, 240_000)

afterAll(async () => {
  await github.stop()
  await pipeline.stop()
})

beforeEach(() => github.answer('well'))

describe('the action of the gate', () => {
  test('is shut while nobody decided, says what is to be done, and opens with the decision: one comment', async () => {
    const request = await newPullRequest()
    const shut = await run(request)
    expect(shut).toMatchObject({ code: 31, summary: expect.stringContaining('The gate is shut') })
    const { change, ...outputs } = outputsOf(shut)
    expect(outputs).toEqual({ open: 'false', answer: 'undecided', 'exit-code': '31', record: '' })
    const [comment, ...others] = commentsOn(request)
    expect(others).toEqual([])
    expect(comment?.body).toMatch(/^<!-- afterai-gate \S+ -->\n/)
    for (const part of [`afterai ace confirm ${change}`, '- /inference/temperature: 0.01', 'Another temperature'])
      expect(comment?.body).toContain(part)
    expect(github.statuses.at(-1)).toMatchObject({ sha: request.sha, state: 'pending', context: 'afterai/gate' })

    await decide(change, act)
    const open = await run(request)
    expect(open).toMatchObject({ code: 0, summary: expect.stringContaining('The gate is open') })
    expect(outputsOf(open)).toMatchObject({ open: 'true', answer: 'covered', change })
    expect(commentsOn(request)).toMatchObject([
      { id: comment?.id, body: expect.stringContaining('Decided: by `` Bo ` @') },
    ])
    expect(statesOf(request.sha)).toEqual(['pending', 'success'])
  })

  test('says that a record forbids it, and fails', async () => {
    const request = await newPullRequest()
    await decide(outputsOf(await run(request)).change, '--not-act --detail reject')
    expect(await run(request)).toMatchObject({ code: 33, summary: expect.stringContaining('contrary') })
    expect(statesOf(request.sha)).toEqual(['pending', 'failure'])
    expect(commentsOn(request)).toMatchObject([{ body: expect.stringContaining('must not run') }])
  })

  test('passes where it is to fail open, and says so loudly; the status says what is true', async () => {
    const request = await newPullRequest()
    const ran = await run(request, { fail: 'open', plan: '' })
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('::warning title=AfterAI gate::') })
    expect(ran.summary).toContain('told to fail open')
    expect(outputsOf(ran)).toEqual({ open: 'false', answer: 'undecided', 'exit-code': '31', change: '', record: '' })
    expect(statesOf(request.sha)).toEqual(['pending'])
    const unreachable = await run(request, { fail: 'open', url: 'http://127.0.0.1:9' })
    expect(unreachable).toMatchObject({ code: 0, summary: expect.stringContaining('no answer') })
    expect(outputsOf(unreachable)).toMatchObject({ open: 'false', answer: 'none', 'exit-code': '5' })
    expect(statesOf(request.sha)).toEqual(['pending', 'error'])
  })

  test('fails where there is no answer, whatever else the command did', async () => {
    const request = await newPullRequest()
    expect(await run(request, { url: 'http://127.0.0.1:9' })).toMatchObject({ code: 5 })
    expect(await run(request, { 'api-key': 'aftr_live_nonsense' })).toMatchObject({ code: 3 })
    expect(await run(request, { command: 'true' })).toMatchObject({ code: 1 })
    expect(await run(request, { command: `echo {"open":true,"answer":"covered"` })).toMatchObject({ code: 1 })
    expect(statesOf(request.sha)).toEqual(['error', 'error', 'error', 'error'])
  })

  test('tells what it waits for before it waits', async () => {
    const request = await newPullRequest()
    const waiting = run(request, { wait: '10m' })
    await expect.poll(() => commentsOn(request).length, { timeout: 60_000 }).toBe(1)
    const [, change] = /afterai ace confirm (\S+)/.exec(commentsOn(request)[0]?.body ?? '') ?? []
    await decide(change, act)
    expect(await waiting).toMatchObject({ code: 0 })
    expect(statesOf(request.sha)).toEqual(['pending', 'success'])
    expect(commentsOn(request)).toMatchObject([{ body: expect.stringContaining('The gate is open') }])
  })

  test('finds its comment on a later page after a second push, and leaves alone what others wrote', async () => {
    const request = await newPullRequest()
    await run(request, { plan: '' })
    const [mine] = commentsOn(request)
    const elsewhere = { number: request.number + 1000, sha: request.sha }
    const forger = { login: 'mallory', type: 'User' } as const
    github.write({ issue: elsewhere.number, user: forger, body: `${mine?.body}` })
    for (let i = 0; i < 120; i++) github.write({ issue: elsewhere.number, user: forger, body: 'I agree.' })
    await run(elsewhere, { plan: '' })
    expect(commentsOn(elsewhere)).toHaveLength(122)
    await run({ ...elsewhere, sha: await push() }, { plan: '' })
    await run(elsewhere, { plan: '', environment: 'staging' })
    const found = commentsOn(elsewhere)
    expect(found.map(({ user }) => user.type)).toEqual([...Array(121).fill('User'), 'Bot', 'Bot'])
    expect(found[0]?.body).toBe(mine?.body)
  })

  test('of a push sets the status of its commit, and comments nowhere', async () => {
    const before = github.comments.length
    const sha = await push()
    expect(await run(null, { plan: '' })).toMatchObject({ code: 31 })
    expect(statesOf(sha)).toEqual(['pending'])
    expect(await run({ number: 9999, sha }, { plan: '', comment: 'false' })).toMatchObject({ code: 31 })
    expect(github.comments).toHaveLength(before)
  })

  test('with the token of a person finds the comment that this person wrote', async () => {
    const theirs = await startGithub(token, 'ada')
    const request = await newPullRequest()
    for (let i = 0; i < 2; i++) await run(request, { plan: '' }, { GITHUB_API_URL: theirs.origin })
    expect(theirs.comments).toMatchObject([{ user: { login: 'ada' } }])
    await theirs.stop()
  })

  test('keeps its answer where GitHub refuses, fails or says nothing, and warns', async () => {
    const request = await newPullRequest()
    for (const temper of [403, 500, 'silent'] as const) {
      github.answer(temper)
      const ran = await run(request, { plan: '', 'github-timeout': '1' })
      expect(ran).toMatchObject({ code: 31, summary: expect.stringContaining('undecided') })
      expect(ran.stdout.match(/^::warning title=AfterAI gate::.*/gm)).toHaveLength(2)
      expect(ran.stdout).toContain(temper === 'silent' ? 'no answer within 1 seconds' : `GitHub answered ${temper}`)
    }
  })

  test('refuses inputs that say nothing', async () => {
    for (const given of [
      { fail: 'opne' },
      { comment: 'yes' },
      { wait: 'long' },
      { 'github-timeout': '0' },
      { mcp: '1' },
    ])
      expect(await run(null, given)).toMatchObject({ code: 2, stdout: expect.stringMatching(/^::error::The input /) })
  })
})

describe('text that other people wrote', () => {
  test('in a title is harmless, also of several lines', async () => {
    const request = await newPullRequest()
    const ran = await run(request, { plan: `--help\n::error::x ${hostile}` })
    expect(ran).toMatchObject({ code: 31 })
    expect(proseOf(ran.summary)).not.toMatch(/[@<]|\]\(/)
    expect(commentsOn(request)[0]?.body).toContain('--help ::error::x ](https://evil.example) @everyone <script>')
    expect(`${ran.stdout}${ran.stderr}`).not.toMatch(/^::error/m)
  })

  test('in a reason is no command to the runner, nor too long for a status', async () => {
    const request = await newPullRequest()
    const { change } = outputsOf(await run(request))
    const reason = `${hostile} ${'for a long time '.repeat(40)}`
    const declared = await fetch(`${pipeline.server.origin}/v1/changes/${change}/emergency`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokenOfBo()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason }),
    })
    expect(declared.status).toBe(200)
    const ran = await run(request)
    expect(outputsOf(ran)).toMatchObject({ open: 'true', answer: 'emergency' })
    expect(proseOf(ran.summary)).not.toMatch(/[@<]|\]\(/)
    expect(statesOf(request.sha)).toEqual(['pending', 'success'])
    const fenced = /::stop-commands::([0-9a-f]{32})\n[\s\S]*\n::\1::/.exec(ran.stdout)?.[0] ?? ''
    expect(ran.stdout.replace(fenced, '')).not.toContain('evil')
  })

  test('stays inside code in what is told of it, whatever it is', () => {
    const unsafe = '`@<>|[]()!\\\n\r\u2028\u202e&*_~#-:x '.split('')
    const text = fc.string({ unit: fc.constantFrom(...unsafe, '```', '-->', '$(id)') })
    const many = fc.array(fc.tuple(text, text, text), { minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(many, (texts) => {
        for (const told of toldOf(texts)) expect(proseOf(told)).toMatch(/^[\w\s#,:.*()-]*$/)
      }),
      { numRuns: 15 },
    )
  })
})

function tokenOfBo(): string {
  const file = readFileSync(join(pipeline.work, 'config/afterai/credentials.json'), 'utf8')
  const { servers } = JSON.parse(file) as { servers: Record<string, { bo: { accessToken: string } }> }
  return servers[pipeline.server.origin]?.bo.accessToken ?? ''
}

/** What the action says in Markdown of answers with these texts in them. */
function toldOf(texts: readonly (readonly [string, string, string])[]): string[] {
  const answers = texts.map(([reason, by, value]) => ({
    open: true,
    answer: 'covered',
    reason,
    needs: reason,
    decidedBy: [by, value],
    changeId: 'x',
    changeTitle: value,
    delta: [{ path: by, before: value, after: null }],
  }))
  const program = 'include "telling"; $answers | map(markdown)'
  const named = ['--argjson', 'answers', JSON.stringify(answers), '--argjson', 'code', '0', '--arg', 'fail', 'closed']
  const place = ['--arg', 'system', texts[0]?.[0] ?? '', '--arg', 'environment', 'production']
  return JSON.parse(execFileSync('jq', ['-n', ...named, ...place, '-L', action.folder, program]).toString()) as string[]
}

/** Markdown without its blocks and spans of code, as CommonMark finds them. */
function proseOf(markdown: string): string {
  const prose = markdown.replaceAll(/^(`{3,})diff\n[\s\S]*?\n\1$/gm, '')
  return prose.replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '')
}

test('no secret is in a log, a summary, an output, a comment or the arguments of a process, and no input is code', async () => {
  const owned = join(pipeline.work, 'owned')
  const evil = `x"; touch ${owned}; echo "$(touch ${owned})`
  const request = await newPullRequest()
  const ran = [
    await run(request),
    await run(request, { system: evil, environment: evil, from: evil, plan: evil, fail: 'open' }),
  ]
  expect(ran.map(({ code }) => code)).toEqual([31, 0])
  expect(existsSync(owned)).toBe(false)
  expect(action.step.run).not.toContain('${{')
  const told = JSON.stringify([ran, github.comments, github.statuses])
  for (const secret of [token, key]) expect(told).not.toContain(secret)
  expect(github.tokenInArguments).toEqual([])
})
