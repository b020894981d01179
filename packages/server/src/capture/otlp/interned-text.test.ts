import { expect, test } from 'vitest'
import { internedText, isInterned, rememberText } from './interned-text.ts'
import { readOtlp, type Signal } from './read-otlp.ts'
import { bytesOf } from '../../../testing/otlp/otlp-client.ts'
import { attributesOf, scoreOf, spanOf, tokensOf, tracesOf } from '../../../testing/otlp/otlp-bodies.ts'

const context = { digestKey: { keyId: '0'.repeat(16), key: Buffer.from('a key') }, nowMs: Date.now() }
const read = (signal: Signal, body: object): void => {
  readOtlp(bytesOf(signal, 'protobuf', body), { signal, encoding: 'protobuf' }, context)
}

test('P1.2: of texts on allowed attributes, only those that are kept are remembered', () => {
  const attributes = {
    'gen_ai.request.model': 'my secret model!',
    'gen_ai.response.model': 'served-model-1',
    'gen_ai.operation.name': 'my secret operation',
    'gen_ai.response.finish_reasons': ['my secret reason'],
    'llm.invocation_parameters': '{"user":"my secret"}',
    'http.route': 'my secret route?',
  }
  read('traces', tracesOf('my secret service of five', [spanOf(attributes)]))
  const path = 'unknown_service:/home/my-secret/node'
  read('traces', tracesOf(path, [spanOf({})]))
  read('logs', scoreOf('a', 1, { 'gen_ai.evaluation.name': 'my secret score, told' }))
  // As long as the names that are looked for.
  const event = { eventName: 'my secret event, abcdefg!', attributes: attributesOf({}) }
  read('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [event] }] }] })
  const metric = JSON.stringify(tokensOf('a', { n: 1, sum: 1, delta: true }))
  read('metrics', JSON.parse(metric.replace('gen_ai.client.token.usage', 'my secret metric, abcdef!')) as object)
  const { 'llm.invocation_parameters': json, 'gen_ai.response.model': served, ...others } = attributes
  const dropped = [
    path,
    'my secret service of five',
    'my secret score, told',
    event.eventName,
    'my secret metric, abcdef!',
  ]
  for (const text of [json, ...dropped, ...Object.values(others).flat()])
    expect([text, isInterned(text)]).toEqual([text, false])
  expect(isInterned(served)).toBe(true)
})

test('a text that is remembered is found again, and another of the same place is not taken for it', () => {
  const bytes = Buffer.from('gpt-4o gpt-4p')
  rememberText(internedText(bytes, 0, 6))
  expect([internedText(bytes, 0, 6), internedText(bytes, 7, 13)]).toEqual(['gpt-4o', 'gpt-4p'])
  expect([isInterned('gpt-4o'), isInterned('gpt-4p')]).toEqual([true, false])
})
