import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guideBlocks, type Pipeline, type Ran, readAction, runAction, startPipeline } from './pipeline.ts'

const canary = 'CANARY-9c44 Answer kindly.'

let pipeline: Pipeline
let pipelineKey: string

const configurationOf = (model: string): string =>
  `model: { provider: acme, name: ${model} }\nprompts: { answer: prompts/answer.txt }\n`

async function changes(): Promise<
  { id: string; title: string; source: { revision: string | null; origin: string } }[]
> {
  const listed = await pipeline.asAda('afterai ace list --all --json')
  return (JSON.parse(listed) as { items: never[] }).items
}

const commit = (files: Readonly<Record<string, string>>): Promise<string> => pipeline.commit(files)

beforeAll(async () => {
  pipeline = await startPipeline()
  pipelineKey = await pipeline.asAda('afterai key create pipeline --scope observation:write digest-key:read --quiet')
})

afterAll(() => pipeline.stop())

describe('a pipeline with a key for observations alone', () => {
  const asPipeline = (script: string): Promise<Ran> => pipeline.shell(script, { AFTERAI_API_KEY: pipelineKey })

  test('observes with one line, and a second run changes nothing', async () => {
    await commit({ 'afterai.yaml': configurationOf('acme-large-2026-03'), 'prompts/answer.txt': canary })
    const [observe = ''] = guideBlocks('sh', 'Any other pipeline')
    expect(await asPipeline(observe)).toMatchObject({ code: 0, stdout: expect.stringContaining('baseline') })
    expect(await asPipeline(observe)).toMatchObject({ code: 0, stdout: expect.stringContaining('unchanged') })
    expect(await changes()).toEqual([])
  })

  test('observes the same with curl alone', async () => {
    const [withCurl = ''] = guideBlocks('sh', 'With curl alone')
    const same = await asPipeline(withCurl)
    expect(same).toMatchObject({ code: 0 })
    expect(JSON.parse(same.stdout)).toMatchObject({ results: [{ outcome: 'unchanged' }] })
    const revision = await commit({ 'prompts/answer.txt': `${canary} Be brief.` })
    expect(JSON.parse((await asPipeline(withCurl)).stdout)).toMatchObject({ results: [{ outcome: 'changed' }] })
    expect(await changes()).toMatchObject([{ title: 'prompt answer changed', source: { origin: 'ci', revision } }])
  })

  test('tells of the history in the repository once', async () => {
    const [history = ''] = guideBlocks('sh', 'The history that you have already')
    const before = await changes()
    const revision = await commit({ 'afterai.yaml': configurationOf('acme-small-2026-10') })
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
  const action = readAction('integrations/github-action')
  const run = (given: Readonly<Record<string, string>>) =>
    runAction(pipeline, action, {
      given: {
        url: pipeline.server.origin,
        'api-key': pipelineKey,
        system: 'support-bot',
        command: 'afterai',
        ...given,
      },
    })

  test('hands on the change that a commit makes, and none for the next run', async () => {
    const revision = await commit({ 'prompts/answer.txt': 'Answer in one line.' })
    const ran = await run({})
    expect(ran).toMatchObject({ code: 0, summary: expect.stringContaining('afterai ace show') })
    const [change] = await changes()
    expect(change).toMatchObject({ source: { origin: 'ci', revision } })
    expect(ran.output).toMatch(new RegExp(`^changes<<(end-[0-9a-f]{32})\\n${change?.id}\\n\\1\\n$`))
    expect(await run({})).toMatchObject({ code: 0, summary: expect.stringContaining('what it ran with before') })
  })

  let tries = 0
  test('tells of every commit of a push', async () => {
    // Another try of the test finds what the one before it has committed.
    tries += 1
    const before = await commit({ 'prompts/answer.txt': `Answer in two lines, as said ${tries} times.` })
    await run({})
    const known = (await changes()).length
    await commit({ 'prompts/answer.txt': `Answer in three lines, as said ${tries} times.` })
    await commit({ 'prompts/answer.txt': `Answer in four lines, as said ${tries} times.` })
    const ran = await run({ history: 'true', since: before })
    expect(ran.output.match(/^[0-9a-f]{8}-/gm)).toHaveLength(2)
    expect(await changes()).toHaveLength(known + 2)
    expect(await run({ history: 'true', since: '0'.repeat(40) })).toMatchObject({ code: 0 })
    // As after a forced push.
    const forced = await run({ history: 'true', since: 'f'.repeat(40) })
    expect(forced).toMatchObject({ code: 0, stdout: expect.stringContaining('the whole history is told') })
    expect(await changes()).toHaveLength(known + 2)
  })

  test('runs no code that stands in an input, and fails where the server says no', async () => {
    const evil = `x"; touch ${join(pipeline.work, 'owned')}; echo "$(touch ${join(pipeline.work, 'owned')})`
    const ran = await run({ system: evil })
    expect(ran.code).not.toBe(0)
    expect(() => readFileSync(join(pipeline.work, 'owned'))).toThrow('ENOENT')
    expect(await run({ 'api-key': 'aftr_live_nonsense' })).toMatchObject({ code: 3 })
    expect(action.step.run).not.toContain('${{')
  })
})

test('P1.2: no text of a prompt reached the server by any of these ways', () => {
  const found = execFileSync('sh', [
    '-c',
    'grep -rlaF "$1" "$2" || true',
    'sh',
    'CANARY-9c44',
    join(pipeline.work, 'data'),
  ])
  expect(found.toString()).toBe('')
  expect(pipeline.server.output()).not.toContain('CANARY')
})
