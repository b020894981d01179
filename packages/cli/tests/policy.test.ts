import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { operations } from '@afterai/contract/operations'
import { afterai, startStandIn, temporaryFolder } from './harness.ts'

const answer = operations['POST /v1/policies']?.answer as object
const detail = '3 must agree, and only 2 may: no decision by this rule could be approved'

async function rulesFile(): Promise<string> {
  const path = join(await temporaryFolder(), 'policy.yaml')
  await writeFile(path, '- { decision: before, approvals: { ruleType: custom, quorum: 3 } }\n')
  return path
}

test('policy set says which version it was made from, and warns of what nobody could follow', async () => {
  const { env, received } = await startStandIn({
    'POST /v1/policies': () => [201, { ...answer, warnings: [{ pointer: '/rules/1/approvals', detail }] }],
  })
  const set = ['policy', 'set', '--environment', 'production', '--from', await rulesFile(), '--reason', 'Three agree.']
  const ran = await afterai([...set, '--based-on', '3'], { env })
  expect(ran).toMatchObject({ code: 0, stderr: `Warning: rule 2: ${detail}.\n` })
  expect(JSON.parse(received.at(-1)?.body ?? '')).toMatchObject({
    environment: 'production',
    reason: 'Three agree.',
    basedOn: 3,
  })
  expect(await afterai(set, { env })).toMatchObject({ code: 0 })
  expect(JSON.parse(received.at(-1)?.body ?? '')).not.toHaveProperty('basedOn')
  expect(await afterai([...set, '--based-on', 'the last'], { env })).toMatchObject({ code: 2 })
  expect(received).toHaveLength(2)
})

test('policy set tells who set what meanwhile', async () => {
  const { env } = await startStandIn({
    'POST /v1/policies': () => [
      409,
      {
        code: 'policy_changed',
        status: 409,
        title: 'The rules have changed since you read them',
        detail: 'Eva set version 4 at 2026-11-30T21:04:00.000Z',
      },
    ],
  })
  const set = ['policy', 'set', '--from', await rulesFile(), '--reason', 'x', '--based-on', '3']
  expect(await afterai(set, { env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Eva set version 4 at 2026-11-30T21:04:00.000Z'),
  })
})
