import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Encoding } from '../../../src/capture/otlp/body-form.ts'
import { tracesOf } from '../../../testing/otlp/otlp-bodies.ts'
import { bytesOf, type OtlpClient, otlpTypes, startOtlpClient } from '../../../testing/otlp/otlp-client.ts'
import { type Nested, semantic, spansOf } from '../../../testing/otlp/span-trees.ts'
import { composeBeside } from '../../../testing/test-server.ts'

let client: OtlpClient
let beside: Awaited<ReturnType<typeof composeBeside>>

beforeAll(async () => {
  client = await startOtlpClient()
  beside = await composeBeside(client.server)
})
afterAll(async () => {
  await beside?.close()
  await client?.server.stop()
})

let counter = 0
const fresh = (prefix: string): string => `${prefix}-${++counter}`
const none = { any: {} }
const encodings = ['protobuf', 'json'] as const

/** Sends a body to one of two processes that share a database. @returns what it answers */
async function send(body: object, as: Encoding = 'json', to: 'here' | 'beside' = 'here'): Promise<string> {
  const { http } = to === 'here' ? client.server : beside
  const headers = { authorization: `Bearer ${client.key}`, 'content-type': otlpTypes[as] }
  const answer = await http.inject({ method: 'POST', url: '/v1/traces', headers, payload: bytesOf('traces', as, body) })
  expect(answer.statusCode).toBe(200)
  return answer.payload
}

const router = { id: 1, facts: semantic('chat', { 'gen_ai.usage.input_tokens': 200 }) }
const telling = { id: 2, parent: 1, facts: semantic('chat') }
const silent = (id: number) => ({
  id,
  parent: 1,
  facts: semantic('chat', { 'gen_ai.usage.input_tokens': none, 'gen_ai.usage.output_tokens': none }),
})
const told = 'tell other numbers of tokens than the requests within them'

test('P6.6: tokens that a request around two others tells, of which one tells none, are neither counted beside theirs nor dropped without a word', async () => {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  for (const [index, order] of orders.entries()) {
    const as = encodings[index % 2] ?? 'json'
    const spans = spansOf([telling, silent(3), router], as)
    const system = fresh('router')
    const answers: string[] = []
    for (const [sent, place] of order.entries()) {
      const to = sent === 1 ? 'beside' : 'here'
      answers.push(await send(tracesOf(system, [spans[place] ?? {}]), as, to))
    }
    expect(answers.map((it) => it.includes(told))).toEqual([false, false, true])
    expect(await client.windowsOf(system)).toMatchObject([{ calls: 2, inputTokens: { n: 1, sum: 100 } }])
  }
}, 60_000)

test('P6.6: in one body it is told once, and not where a request within tells the same, all tell, or none does', async () => {
  const answerOf = async (spans: readonly Nested[]): Promise<string> =>
    send(tracesOf(fresh('router'), spansOf(spans, 'json')))
  expect(await answerOf([router, silent(3), telling, silent(4)])).toContain(`"1 ${told}`)
  const repeating = { id: 1, facts: semantic('chat') }
  expect(await answerOf([repeating, silent(3), telling])).toBe('{}')
  expect(await answerOf([router, telling, { ...telling, id: 3 }])).toBe('{}')
  expect(await answerOf([router, silent(2), silent(3)])).toBe('{}')
  // One within tells the same, though it comes last.
  const same = { ...router, id: 5, parent: 1 }
  expect(await answerOf([router, silent(3), telling, same])).toBe('{}')
})
