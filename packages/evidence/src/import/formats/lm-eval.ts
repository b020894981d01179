import { readName } from '../cell.ts'
import type { ImportResult } from '../faults.ts'
import { field, type JsonObject } from '../json.ts'
import { scoredCases, type ScoredCases } from '../scored-cases.ts'
import { MEDIA, type OpenedSource, type ReadingOptions, type ResultsFormat } from './format.ts'
import { configurationGuard, namesFrom, passes, readRecords, selectionOf, unread, type TakeRecord } from './records.ts'

/**
 * Samples of EleutherAI's lm-evaluation-harness (`samples_<task>_<date>.jsonl`, written with `--log_samples`). `doc_id`, the place of
 * a question in its data set, is the case; the metrics are those that the sample lists. A filter that post-processes answers makes
 * a sample of its own, so that one is chosen where there are several. Source: lm_eval/evaluator.py (`example`), loggers/evaluation_tracker.py.
 */
export const lmEvalFormat: ResultsFormat = {
  name: 'lm-eval',
  label: 'lm-evaluation-harness samples (JSONL)',
  mediaTypes: [MEDIA.lines, MEDIA.json],
  takes: ['where', 'variables'],
  holds: 'text',
  recognise: ({ keys }) =>
    ['', '/*'].some(
      (at) =>
        keys.has(`${at}/doc_id`) &&
        (keys.has(`${at}/resps`) || keys.has(`${at}/filtered_resps`) || keys.has(`${at}/arguments`)),
    ) || isSummary(keys),
  read: importLmEval,
}

const READ = new Set(['doc_id', 'filter', 'metrics'])
/** Fields of a sample besides its metrics, in versions that don't list them. */
const CONTENT = new Set([
  'doc',
  'target',
  'arguments',
  'resps',
  'filtered_resps',
  'doc_hash',
  'prompt_hash',
  'target_hash',
])
/** Shares of right answers: 1 is right. Of others nothing in a sample says which way is better. */
const RIGHT_OR_WRONG = /^(acc|acc_norm|acc_mutual_info|exact_match|pass@\d+)$/

function isSummary(keys: ReadonlySet<string>): boolean {
  return keys.has('/results') && keys.has('/versions') && (keys.has('/configs') || keys.has('/config'))
}

function importLmEval(source: OpenedSource, options: ReadingOptions): ImportResult {
  const cases = scoredCases('lm-eval', source, [])
  const guard = configurationGuard(['filter'], cases.faults, cases.gate.token)
  readRecords(source.text, cases.faults, (sample, place) => {
    if (!Object.hasOwn(sample, 'doc_id'))
      cases.faults.add('malformed', 'not a sample', place, 'give the samples_*.jsonl file that --log_samples writes')
    else if (passes(sample, options.where)) {
      guard.see(sample)
      addSample(sample, place, options, cases)
    }
  })
  guard.finish()
  return cases.finish(selectionOf(options.where))
}

function addSample(
  sample: JsonObject,
  place: Parameters<TakeRecord>[1],
  options: ReadingOptions,
  { add, drop }: ScoredCases,
): void {
  const metrics = metricsOf(sample)
  const scores = metrics.flatMap((name) => {
    const value = field(sample, name)
    if (typeof value === 'number' || typeof value === 'boolean' || value === null)
      return [[name, value, RIGHT_OR_WRONG.test(name) ? 'up' : undefined] as const]
    // Some metrics are lists that only the whole data set turns into a number.
    drop(`metric.${name}`)
    return []
  })
  const names = namesFrom(field(sample, 'doc'), readName(field(sample, 'doc_id')), options)
  add({ ...names, isError: false, measured: {}, scores }, place)
  for (const name of unread(sample, new Set([...READ, ...metrics]))) drop(name)
}

function metricsOf(sample: JsonObject): string[] {
  const listed = field(sample, 'metrics')
  if (Array.isArray(listed))
    return listed.flatMap((name) => (typeof name === 'string' && !CONTENT.has(name) ? [name] : []))
  return Object.keys(sample).filter((name) => !READ.has(name) && !CONTENT.has(name) && typeof sample[name] !== 'string')
}
