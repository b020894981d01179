import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OtlpClient, startOtlpClient, toldIn } from '../../../testing/otlp/otlp-client.ts'
import { type AttributeValue, scoreOf } from '../../../testing/otlp/otlp-bodies.ts'

let client: OtlpClient

beforeAll(async () => {
  client = await startOtlpClient()
})
afterAll(() => client.server.stop())

const named = (system: string, value: number, name: AttributeValue): object =>
  scoreOf(system, value, { 'gen_ai.evaluation.name': name })

test.each(['protobuf', 'json'] as const)('P1.1: evaluations of different names are never one, in %s', async (as) => {
  const system = `scores-${as}`
  const names = ['Answer Relevancy', 'Answer-Relevancy', 'AnswerRelevancy', 'Context Entity Recall', 'score']
  for (const [index, name] of names.entries()) {
    expect(toldIn(await client.send('logs', as, named(system, index, name)), 'logs', as)).toEqual({})
  }
  await client.send('logs', as, named(system, 9, { any: {} }))
  const [window] = await client.windowsOf(system)
  const sums = Object.entries(window?.scores ?? {}).map(([name, { n, sum }]) => [name, n, sum])
  expect(Object.fromEntries(sums.map(([name, ...rest]) => [name, rest]))).toEqual({
    'Answer Relevancy': [1, 0],
    'Answer-Relevancy': [1, 1],
    AnswerRelevancy: [1, 2],
    'Context Entity Recall': [1, 3],
    // One that has no name counts under this one.
    score: [2, 4 + 9],
  })
})

test.each(['protobuf', 'json'] as const)(
  'P1.2: a score whose name isn’t one is refused, and its text is nowhere, in %s',
  async (as) => {
    const system = `unnamed-${as}`
    await client.send('logs', as, named(system, 1, 'relevance'))
    const others: AttributeValue[] = [
      'Tell me what Ada Lovelace said',
      'Ada Lovelace!',
      'Ada  Lovelace',
      'Lovelace '.repeat(40),
      7,
      ['Ada', 'Lovelace'],
      { any: { boolValue: true } },
    ]
    for (const name of others) {
      const answer = await client.send('logs', as, named(system, 2, name))
      expect(answer.status).toBe(200)
      expect(toldIn(answer, 'logs', as)).toEqual({
        partialSuccess: {
          rejectedLogRecords: as === 'protobuf' ? 1 : '1',
          errorMessage:
            '1 are scores whose gen_ai.evaluation.name is not up to three words of letters, digits and ._:@/-',
        },
      })
    }
    const [window] = await client.windowsOf(system)
    expect(window?.scores).toMatchObject({ relevance: { n: 1, sum: 1 } })
    expect(Object.keys(window?.scores ?? {})).toEqual(['relevance'])
    const { rows } = await client.server.owner.query(
      `select from telemetry_window where encode(packed, 'escape') ~ 'Lovelace'`,
    )
    expect(rows).toEqual([])
  },
)

test.each(['protobuf', 'json'] as const)(
  'P6.6: a score whose value is no number counts by its label, and the answer says so, in %s',
  async (as) => {
    for (const [index, value] of (['high', 2e9, ['1'], 'n/a'] as const).entries()) {
      const system = `labelled-${as}-${index}`
      const told = {
        'gen_ai.evaluation.score.value': value,
        'gen_ai.evaluation.score.label': index === 1 ? 'fail' : 'pass',
      }
      const answer = await client.send('logs', as, scoreOf(system, 1, told))
      expect(answer.bytes.toString()).toContain('1 count by their gen_ai.evaluation.score.label alone')
      expect(answer.bytes.toString()).not.toMatch(/rejected|high/)
      const [window] = await client.windowsOf(system)
      expect(window?.scores).toMatchObject({ 'relevance:pass': { n: 1, sum: index === 1 ? 0 : 1 } })
      expect(Object.keys(window?.scores ?? {})).toEqual(['relevance:pass'])
    }
  },
)
