import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConsoleUnderTest, startConsole } from './console-page.ts'

// The images of README and guides are made here. Where pages have changed: cp .cache/console-images/*.png docs/images/

const made = new URL('../../.cache/console-images/', import.meta.url)
const kept = new URL('../../docs/images/', import.meta.url)

let console: ConsoleUnderTest
beforeAll(async () => {
  console = await startConsole()
  await mkdir(made, { recursive: true })
})
afterAll(() => console.close())

const example = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../examples/support-bot/${name}`, import.meta.url))

test('the pages that README and guides show are as they show them', async () => {
  const { server } = console
  const ada = await console.addPerson('member', 'Ada Okafor')
  const bo = await console.addPerson('approver', 'Bo Lindqvist')
  const post = <T>(path: string, body: unknown): Promise<T> =>
    server.expectOk<T>({ method: 'POST', path, token: ada.token, body })

  await post('/v1/systems', { name: 'support-bot' })
  const observe = (model: string, temperature: number) =>
    post<{ results: { changeId: string | null }[] }>('/v1/observations', {
      observations: [
        {
          system: 'support-bot',
          configuration: { model: { provider: 'acme', name: model }, inference: { temperature } },
        },
      ],
    })
  await observe('acme-large-2026-03', 0.7)
  const changeId = (await observe('acme-small-2026-10', 0.2)).results[0]?.changeId ?? ''
  await post(`/v1/changes/${changeId}/confirm`, { risk: { severity: 'high', customerImpact: 'material' } })
  const imported = async (name: string): Promise<string> => {
    const { id } = await server.expectOk<{ id: string }>({
      method: 'POST',
      path: '/v1/evaluations?system=support-bot&sliceVariable=topic',
      token: ada.token,
      body: await example(name),
      headers: { 'content-type': 'application/json' },
    })
    return id
  }
  const [baselineEvaluationId, candidateEvaluationId] = [
    await imported('baseline.json'),
    await imported('candidate.json'),
  ]
  const { id: assessmentId } = await post<{ id: string }>(`/v1/changes/${changeId}/assessments`, {
    baselineEvaluationId,
    candidateEvaluationId,
  })
  await post(`/v1/changes/${changeId}/decisions`, {
    decision: 'not_act',
    decisionDetail: 'reject',
    justification: 'Refunds fail too often. The saving does not carry that.',
    assessmentIds: [assessmentId],
  })
  for (const [system, title, type] of [
    ['kb-writer', 'Index rebuilt with 512-token chunks', 'retrieval'],
    ['voice-intake', 'Prompt “summary” shortened', 'prompt'],
    ['code-review', 'Tool “refund” has another schema', 'tools'],
  ] as const) {
    await post('/v1/systems', { name: system })
    await post('/v1/changes', { system, title, changeTypes: [type], risk: { severity: 'medium' } })
  }

  const page = await console.openAs(bo)
  for (const [name, path] of [
    ['change', `/changes/${changeId}`],
    ['changes', '/changes?view=all'],
  ] as const) {
    await page.goto(`${console.origin}${path}`)
    await page.getByText('acme-small-2026-10').first().waitFor()
    await page.waitForTimeout(1_500)
    await page.screenshot({ path: new URL(`${name}.png`, made).pathname })
    expect(existsSync(new URL(`${name}.png`, kept))).toBe(true)
  }
  expect(console.faults()).toEqual([])
})
