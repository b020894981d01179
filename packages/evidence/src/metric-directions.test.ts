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
  ['win_rate', 'up'],
  ['hit_rate@10', 'up'],
  ['sensitivity_score', 'up'],
  ['answer_relevancy', 'up'],
  ['LLM judge helpfulness v2', 'up'],
] as const)('%s is better %s', (name, direction) => {
  expect(directionOf(name)).toBe(direction)
})

// The meaning lies in a word that the table doesn't have, or in two that it has.
test.each(
  (
    'human_wins human_win_rate num_matches total_hits ai_matches sensitivity_level num_hits match_count ' +
    'prompt_injection_success injection_success exploit_success data_exfiltration_succeeded success_of_attack success_rate_of_jailbreaks pii_match forbidden_match matches_banned ' +
    'mia_auc backdoor_accuracy acc_stderr accuracy_std accuracy_p_value accuracy_gap recall_time correct_answers_lost completeness_missing valid_until right_to_left ' +
    'jailbreak_refused jailbreak_blocked jailbreak_failed attack_failed harmful_blocked harmful_refusal refused_harmful violence_refused errors_fixed toxicity_ok 1-toxicity one_minus_toxicity'
  ).split(' '),
)('%s says nothing certain, though it holds a word of the table', (name) => {
  expect(directionOf(name)).toBeUndefined()
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
