import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { guideBlocks, type Pipeline, type Ran, startPipeline } from './pipeline.ts'

const canary = 'CANARY-71ab Answer kindly.'
const chapter = 'Before a deployment: the gate'
const hourMs = 3_600_000

let pipeline: Pipeline
let key: string
let planningKey: string
let blocks: readonly string[]

const configurationOf = (model: string): string =>
  `model: { provider: acme, name: ${model} }\nprompts: { answer: prompts/answer.txt }\n`

const asPipeline = (script: string, apiKey = key): Promise<Ran> => pipeline.shell(script, { AFTERAI_API_KEY: apiKey })

/** What the script would be where no server is, on a machine whose clock is off. */
const offline = (script: string, clockOffMs = 0): Promise<Ran> => {
  const clock = `const now = Date.now; Date = class extends Date { constructor(...at) { at.length === 0 ? super(now() + ${clockOffMs}) : super(...at) } }`
  const off = `--import=data:text/javascript,${encodeURIComponent(clock)}`
  return pipeline.shell(script, {
    AFTERAI_URL: 'http://127.0.0.1:9',
    ...(clockOffMs === 0 ? {} : { NODE_OPTIONS: off }),
  })
}

/** Makes the one policy of production. */
async function setPolicy(rule: string): Promise<void> {
  const file = join(pipeline.work, 'policy.yaml')
  writeFileSync(file, `- ${rule}\n`)
  await pipeline.asAda(`afterai policy set --environment production --from ${file} --reason "So it is."`)
}

/** Ada proposes to make a change, Bo approves; answers the record. */
async function decide(change: string): Promise<string> {
  const decision = await pipeline.asAda(
    `afterai ace confirm ${change} --severity low --blast-radius single_app --customer-impact none >&2
     afterai decide ${change} --act --detail approve --without-assessment --justification "Agreed." --quiet`,
  )
  return pipeline.asAda(`afterai approve ${decision} --profile bo --comment "Agreed." --yes --quiet`)
}

beforeAll(async () => {
  pipeline = await startPipeline()
  const { asAda, commit } = pipeline
  blocks = guideBlocks('sh', chapter)
  const [keys = ''] = blocks
  ;[key = '', planningKey = ''] = (await asAda(keys.trim().replaceAll(/$/gm, ' --quiet'))).split('\n')
  const invitation = await asAda('afterai user invite bo@example.com --role approver --quiet')
  const login = `afterai login --invitation ${invitation} --profile bo --name Bo --password-stdin`
  await asAda(login, 'brave tulip 42 harbour\n')
  await commit({ 'afterai.yaml': configurationOf('acme-large'), 'prompts/answer.txt': canary })
  await asAda('afterai observe --system support-bot --from afterai.yaml')
}, 240_000)

afterAll(() => pipeline.stop())

describe('the gate in any pipeline', () => {
  test('stops what nobody decided, as the policy wants, and what the server doesn’t answer', async () => {
    await pipeline.commit({ 'afterai.yaml': configurationOf('acme-medium') })
    const [ask = ''] = guideBlocks('yaml', chapter)
      .map((text) => parse(text) as { gate?: { script: string[]; allow_failure: unknown } })
      .flatMap(({ gate }) => gate?.script ?? [])
    const atOnce = ask.replace(' --wait 30m', '')
    expect(await asPipeline(atOnce)).toMatchObject({ code: 32 })
    await setPolicy('{ decision: before, assessment: wanted }')
    expect(await asPipeline(atOnce)).toMatchObject({ code: 31 })
    expect(await offline(atOnce)).toMatchObject({ code: 3 })
  })

  test('fails open where there is no answer, and where the decision may follow, and nowhere else', async () => {
    const [, , failOpen = ''] = blocks
    expect(await asPipeline(failOpen)).toMatchObject({ code: 31 })
    const out = await pipeline.shell(failOpen, { AFTERAI_API_KEY: key, AFTERAI_URL: 'http://127.0.0.1:9' })
    expect(out).toMatchObject({ code: 0, stderr: expect.stringContaining('No answer of the gate (5)') })
    await setPolicy('{ decision: after, withinHours: 24, assessment: wanted }')
    expect(await asPipeline(failOpen)).toMatchObject({ code: 0, stderr: expect.stringContaining('Not decided yet') })
    await setPolicy('{ decision: before, assessment: wanted }')
  })

  test('opens by a plan that people decided, with the keys of the guide and no more', async () => {
    const [, plan = ''] = blocks
    const atOnce = plan.replace(' --wait 30m', ' --json')
    expect(await asPipeline(atOnce)).toMatchObject({ code: 4 })
    const planned = await asPipeline(atOnce, planningKey)
    expect(planned).toMatchObject({ code: 31 })
    const { changeId, changeTitle } = JSON.parse(planned.stdout) as { changeId: string; changeTitle: string }
    expect(changeTitle).toBe('a commit')
    const record = await decide(changeId)
    await pipeline.asAda(`afterai record export ${record} --keys keys --out ${pipeline.work}/record.json`)
    const open = await asPipeline(plan, planningKey)
    expect(open).toMatchObject({ code: 0, stdout: expect.stringMatching(/covered[\s\S]*Bo/) })
    expect(await asPipeline('afterai ace list')).toMatchObject({ code: 4 })
  })
})

describe('P6.3: a summary, with no server in reach', () => {
  const kept = (): { summary: { payload: string; signatures: { sig: string }[] }; digestKey: object } =>
    JSON.parse(readFileSync(join(pipeline.repository, 'gate.json'), 'utf8')) as ReturnType<typeof kept>
  let check: string
  let saved: Ran

  beforeAll(async () => {
    const [, , , save = '', checkIt = ''] = blocks
    check = checkIt
    saved = await asPipeline(save)
  })

  test('lets exactly what was decided pass', async () => {
    expect(saved).toMatchObject({ code: 0 })
    expect(await offline(check)).toMatchObject({ code: 0, stdout: expect.stringContaining('open') })
  })

  test('refuses another system, another environment and a changed prompt, as foreign', async () => {
    const foreign = { code: 37, stdout: expect.stringContaining('foreign') }
    expect(await offline(check.replace('support-bot', 'sales-bot'))).toMatchObject(foreign)
    expect(await offline(`${check.trim()} --environment staging`)).toMatchObject(foreign)
    writeFileSync(join(pipeline.repository, 'prompts/answer.txt'), `${canary} `)
    expect(await offline(check)).toMatchObject(foreign)
    writeFileSync(join(pipeline.repository, 'prompts/answer.txt'), canary)
  })

  test('refuses one whose time is over, and one from ahead of the clock', async () => {
    expect(await offline(check, 11.9 * hourMs)).toMatchObject({ code: 0 })
    const late = await offline(check, 12.1 * hourMs)
    expect(late).toMatchObject({ code: 34, stdout: expect.stringContaining('expired') })
    const early = await offline(check, -hourMs)
    expect(early).toMatchObject({ code: 38, stdout: expect.stringContaining('not yet valid') })
  })

  test('refuses a tampered byte, wherever it is, and a file that is none', async () => {
    const { summary, digestKey } = kept()
    const flip = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
    const checkOf = (file: unknown): Promise<Ran> => {
      writeFileSync(join(pipeline.work, 'other.json'), JSON.stringify(file))
      return offline(check.replace('gate.json', '../other.json'))
    }
    for (const at of [10, Math.floor(summary.payload.length / 2), summary.payload.length - 8]) {
      const tampered = { ...summary, payload: flip(summary.payload, at) }
      expect(await checkOf({ summary: tampered, digestKey })).toMatchObject({ code: 12 })
    }
    const [signature] = summary.signatures
    const signatures = [{ ...signature, sig: flip(signature?.sig ?? '', 20) }]
    expect(await checkOf({ summary: { ...summary, signatures }, digestKey })).toMatchObject({ code: 12 })
    expect(await checkOf({ summary: {}, digestKey })).toMatchObject({ code: 10 })
    expect(await checkOf({})).toMatchObject({ code: 10 })
  })

  test('refuses one that another key signed', async () => {
    const folder = join(pipeline.work, 'other-keys')
    mkdirSync(folder)
    const made = await pipeline.shell(
      `openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out ${folder}/record-key.pem`,
    )
    expect(made).toMatchObject({ code: 0 })
    const other = await offline(check.replace('keys/record-key.pem', `${folder}/record-key.pem`))
    expect(other).toMatchObject({ code: 11, stdout: expect.stringContaining('unknown key') })
  })

  test('is not kept where the gate is shut, and its folder stays as it was', async () => {
    const [, , , save = ''] = blocks
    await pipeline.commit({ 'prompts/answer.txt': 'Something else.' })
    const modeOf = () => statSync(pipeline.repository).mode & 0o777
    expect(modeOf() & 0o055).toBe(0o055)
    expect(await asPipeline(save.replace('gate.json', 'shut.json'))).toMatchObject({ code: 31 })
    expect(existsSync(join(pipeline.repository, 'shut.json'))).toBe(false)
    expect(statSync(join(pipeline.repository, 'gate.json')).mode & 0o777).toBe(0o600)
    await pipeline.commit({ 'prompts/answer.txt': canary })
  })

  test('holds no text of a prompt', () => {
    expect(JSON.stringify(kept())).not.toContain('CANARY')
    expect(Buffer.from(kept().summary.payload, 'base64').toString()).not.toContain('CANARY')
    expect(pipeline.server.output()).not.toContain('CANARY')
  })
})
