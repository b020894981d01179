import type { DistributionView, ServedModel, TelemetryClient, TelemetryWindow } from '@afterai/contract'
import { expect, test } from 'vitest'
import { afterai, startStandIn } from './harness.ts'

const bootId = '01a20a5b-6239-705d-b9f2-c38849688556'
const at = '2026-11-24T12:00:00.000Z'

const page = (item: object) => () => [200, { items: [item], nextCursor: null }] as const

const some: DistributionView = {
  n: 2,
  sum: 300,
  sumSquares: 5e4,
  logN: 2,
  logSum: 9,
  logSumSquares: 44,
  p50: 149.6,
  p95: 199.2,
  p99: 199.2,
}

const window: TelemetryWindow = {
  system: 'bot',
  environment: 'production',
  fingerprint: 'none',
  route: 'chat',
  source: 'calls',
  hour: at,
  calls: 2,
  errors: 1,
  refusals: 0,
  agreed: 0,
  disagreed: 0,
  unidentified: 0,
  unpriced: 0,
  latencyMs: some,
  inputTokens: some,
  outputTokens: some,
  costUsd: some,
  scores: {},
  finishReasons: {},
  distinct: 0,
  priceVersion: null,
}

test('shows the gaps and drops of processes', async () => {
  const client: TelemetryClient = {
    bootId,
    accountId: bootId,
    batches: 3,
    lastSequence: 4,
    missing: 2,
    events: 30,
    dropped: 7,
    firstSeenAt: at,
    lastSeenAt: at,
  }
  const { env } = await startStandIn({ 'GET /v1/telemetry/clients': page(client) })
  const ran = await afterai(['telemetry', 'clients'], { env })
  expect(ran.code).toBe(0)
  expect(ran.stdout).toMatch(new RegExp(`^${bootId} +3 +2 +30 +7 +${at}$`, 'm'))
  expect((await afterai(['telemetry', 'clients', '--quiet'], { env })).stdout).toBe(`${bootId}\n`)
})

test('shows the hours of a system, asked for as told', async () => {
  const { env, received } = await startStandIn({ 'GET /v1/telemetry/windows': page(window) })
  const ran = await afterai(['telemetry', 'windows', 'bot', '--environment', 'production'], { env })
  expect(ran.stdout).toMatch(
    /^2026-11-24T12:00:00.000Z +production +chat +none +calls +2 +1 +150 +199 +300 +300 +300.0000$/m,
  )
  expect(Object.fromEntries(received[0]?.query ?? [])).toMatchObject({ system: 'bot', environment: 'production' })
  const json = await afterai(['telemetry', 'windows', 'bot', '--json'], { env })
  expect(JSON.parse(json.stdout)).toEqual({ items: [window], nextCursor: null })
})

test('shows what was served for what was asked', async () => {
  const model: ServedModel = {
    system: 'bot',
    environment: 'production',
    provider: 'openai',
    requestedModel: 'large',
    verdict: 'breached',
    identities: [
      {
        servedModel: 'large-2',
        systemFingerprint: 'fp',
        baseline: false,
        changeId: bootId,
        firstSeenAt: at,
        lastSeenAt: at,
      },
    ],
  }
  const { env } = await startStandIn({ 'GET /v1/telemetry/served-models': page(model) })
  const ran = await afterai(['telemetry', 'models'], { env })
  expect(ran.stdout).toMatch(/^bot +production +large +breached +large-2 \(fp\) +/m)
})

test('shows a model under its whole name, however long and of whatever form', async () => {
  const requestedModel = `arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/${'a'.repeat(150)}`
  const shown: ServedModel = {
    system: 'bot',
    environment: 'production',
    provider: null,
    requestedModel,
    verdict: 'clear',
    identities: [
      {
        servedModel: '/models/Qwen2.5-7B+tickets',
        systemFingerprint: null,
        baseline: true,
        changeId: null,
        firstSeenAt: at,
        lastSeenAt: at,
      },
    ],
  }
  const { env } = await startStandIn({ 'GET /v1/telemetry/served-models': page(shown) })
  const { stdout } = await afterai(['telemetry', 'models'], { env })
  expect(stdout).toContain(requestedModel)
  expect(stdout).toContain('/models/Qwen2.5-7B+tickets')
})

test('P1.2: shows what was dropped, by name', async () => {
  const dropped = { door: 'traces', name: 'gen_ai.input.messages', count: 5, lastSeenAt: at }
  const { env } = await startStandIn({ 'GET /v1/telemetry/dropped': page(dropped) })
  expect((await afterai(['telemetry', 'dropped'], { env })).stdout).toMatch(/^traces +gen_ai.input.messages +5 /m)
})
