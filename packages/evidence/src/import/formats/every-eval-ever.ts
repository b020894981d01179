import { isBlank, readName } from '../cell.ts'
import type { ImportResult } from '../faults.ts'
import { field, type JsonObject } from '../json.ts'
import { COMMON_METRICS, scoredCases, type ScoredCases } from '../scored-cases.ts'
import { MEDIA, type OpenedSource, type ReadingOptions, type ResultsFormat } from './format.ts'
import { configurationGuard, namesFrom, passes, readRecords, unread, type TakeRecord } from './records.ts'

/**
 * Instance-level results of Every Eval Ever (JSONL). `sample_id` is the case, `evaluation.is_correct` and `evaluation.score` are
 * metrics. Source: evaleval/every_eval_ever, instance_level_eval.schema.json (0.0.1 to 0.2.1).
 */
export const everyEvalEverFormat: ResultsFormat = {
  name: 'every-eval-ever',
  label: 'Every Eval Ever (JSONL)',
  mediaTypes: [MEDIA.lines, MEDIA.json],
  takes: ['where', 'variables'],
  holds: 'text',
  recognise: ({ keys }) =>
    ['', '/*'].some(
      (at) => keys.has(`${at}/sample_id`) && keys.has(`${at}/evaluation`) && keys.has(`${at}/evaluation_id`),
    ) ||
    (keys.has('/evaluation_results') && keys.has('/evaluation_id')),
  read: importInstances,
}

const { pass, latency_ms, tokens } = COMMON_METRICS
const READ = new Set([
  'error',
  'evaluation',
  'evaluation_id',
  'evaluation_name',
  'evaluation_result_id',
  'interaction_type',
  'model_id',
  'performance',
  'sample_id',
  'schema_version',
  'token_usage',
])

function importInstances(source: OpenedSource, options: ReadingOptions): ImportResult {
  const cases = scoredCases('every-eval-ever', source, [pass, latency_ms, tokens])
  const guard = configurationGuard(['model_id', 'evaluation_id', 'evaluation_name'], cases.faults, cases.gate.token)
  let model: string | undefined
  readRecords(source.text, cases.faults, (instance, place) => {
    if (!Object.hasOwn(instance, 'sample_id'))
      cases.faults.add(
        'malformed',
        'not an instance',
        place,
        'give the instance-level JSONL file, not the summary of the evaluation',
      )
    else if (passes(instance, options.where)) {
      guard.see(instance)
      model ??= readName(field(instance, 'model_id'))
      addInstance(instance, place, options, cases)
    }
  })
  guard.finish()
  return cases.finish(model ?? null)
}

function addInstance(
  instance: JsonObject,
  place: Parameters<TakeRecord>[1],
  options: ReadingOptions,
  { add, drop }: ScoredCases,
): void {
  const evaluation = field(instance, 'evaluation')
  add(
    {
      ...namesFrom(field(instance, 'metadata'), readName(field(instance, 'sample_id')), options),
      isError: !isBlank(field(instance, 'error')),
      measured: {
        pass: field(evaluation, 'is_correct'),
        latency_ms: field(field(instance, 'performance'), 'latency_ms'),
        tokens: field(field(instance, 'token_usage'), 'total_tokens'),
      },
      scores: [['score', field(evaluation, 'score')]],
    },
    place,
  )
  for (const name of unread(instance, READ)) drop(name)
}
