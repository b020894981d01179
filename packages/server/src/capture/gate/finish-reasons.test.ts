import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { finishReasonOf, finishReasons, oneOf, refusals } from './finish-reasons.ts'

// Refusals as the providers' own documentation lists them; the sources stand beside the table.
const gemini = [
  'SAFETY',
  'RECITATION',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
]
const others = [
  'guardrail_intervened',
  'content_filtered',
  'content_filter',
  'content-filter',
  'refusal',
  'ERROR_TOXIC',
  'ContentFilter',
  'ContentFiltered',
  'contentFilter',
  'CONTENT-FILTER',
  'blocked',
  'Refusal',
  'GuardrailIntervened',
  'sensitive',
]

test.each([...gemini, ...others])('%s is a refusal, however it is written', (reason) => {
  const written = [
    reason,
    reason.toLowerCase(),
    `FinishReason.${reason}`,
    `google.genai.types.FinishReason.${reason}`,
    `FINISH_REASON_${reason}`,
    `["${reason}"]`,
    `['${reason}']`,
    `('${reason}',)`,
    `["stop", "${reason}"]`,
    `[<FinishReason.${reason}: '${reason}'>]`,
    `<FinishReason.${reason}: 3>`,
    `ChatFinishReason.${reason}`,
    `BLOCK_REASON_${reason}`,
    `stop,${reason}`,
    `${reason}, stop`,
    `STOP;${reason}`,
    `something else|${reason}`,
    `{'stop', '${reason}'}`,
    `[["stop"], ["${reason}"]]`,
  ]
  for (const text of written) expect([text, refusals.has(finishReasonOf(text) ?? '')]).toEqual([text, true])
})

test.each([
  ['STOP', 'stop'],
  ['FinishReason.STOP', 'stop'],
  ['["stop"]', 'stop'],
  ['MaxTokens', 'max_tokens'],
  ['endTurn', 'end_turn'],
  ['ToolCalls', 'tool_calls'],
  ['tool-calls', 'tool-calls'],
  ['stop,length', 'stop'],
  ['content filter', 'content_filter'],
  ['stop, content filter', 'content_filter'],
  ['FINISH_REASON_UNSPECIFIED', 'finish_reason_unspecified'],
  ['FINISH_REASON_MAX_TOKENS', 'max_tokens'],
  ['finish_reason', undefined],
  [',', undefined],
  ['-', undefined],
  ['the filter', undefined],
  ['[]', undefined],
  ['', undefined],
  ['stop now', undefined],
  ['["said by a person"]', undefined],
  ['constructor', undefined],
])('%s is %s', (text, reason) => {
  expect(finishReasonOf(text)).toBe(reason)
})

test('of several choices a refusal counts wherever it stands, or else the first that is known', () => {
  const reasons = fc.array(fc.constantFrom(...finishReasons, undefined), { maxLength: 6 })
  fc.assert(
    fc.property(reasons, (list) => {
      const one = oneOf(list)
      const isRefused = list.some((it) => it !== undefined && refusals.has(it))
      expect(one !== undefined && refusals.has(one)).toBe(isRefused)
      expect(one === undefined).toBe(list.every((it) => it === undefined))
      expect(oneOf(list.toReversed()) === undefined).toBe(one === undefined)
    }),
  )
})
