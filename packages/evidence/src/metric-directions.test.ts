import { expect, test } from 'vitest'
import { DIRECTIONS } from './direction-table.ts'
import { directionOf } from './metric-directions.ts'

test('every name of the table has one direction and a source', () => {
  const phrases = DIRECTIONS.flatMap((entry) => entry.phrases.split(', '))
  expect(new Set(phrases).size).toBe(phrases.length)
  for (const { source } of DIRECTIONS) expect(source.length).toBeGreaterThan(10)
  for (const { phrases: own, direction } of DIRECTIONS)
    for (const phrase of own.split(', ').filter((text) => !/@/.test(text)))
      expect([phrase, directionOf(phrase)]).toEqual([phrase, direction])
})

test.each([
  ['toxicity', 'down'],
  ['Severe-Toxicity', 'down'],
  ['meanHallucinationScore', 'down'],
  ['avg_word_error_rate', 'down'],
  ['WER', 'down'],
  ['edit_distance', 'down'],
  ['perplexity', 'down'],
  ['refusal_rate', 'down'],
  ['attack_success_rate', 'down'],
  ['false_positive_rate', 'down'],
  ['cost_usd', 'down'],
  ['latency_ms', 'down'],
  ['exact_match', 'up'],
  ['f1_macro', 'up'],
  ['rouge1', 'up'],
  ['rougeL', 'up'],
  ['BLEU-4', 'up'],
  ['ndcg@10', 'up'],
  ['pass@1', 'up'],
  ['answer_relevancy', 'up'],
  ['LLM judge helpfulness v2', 'up'],
] as const)('%s is better %s', (name, direction) => {
  expect(directionOf(name)).toBe(direction)
})

test.each([
  'score',
  'rating',
  'judge_score',
  'tone',
  'verbosity',
  'length',
  'confidence',
  'entropy',
  'toxicity_free',
  'non_toxic',
  'no_hallucination',
  'toxicity_pass',
  'error_recovery',
  'bias_detection_accuracy',
  'refusal_correct',
  'cost_score',
  'latency rating',
  'delta_accuracy',
  '',
  '毒性',
  'toxicité',
])('%s says nothing certain', (name) => {
  expect(directionOf(name)).toBeUndefined()
})
