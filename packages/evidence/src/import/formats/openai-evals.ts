import { isBlank, readName } from '../cell.ts'
import type { ImportResult } from '../faults.ts'
import { field, isObject, type JsonObject } from '../json.ts'
import { COMMON_METRICS, scoredCases, type ScoredCases } from '../scored-cases.ts'
import { MEDIA, type OpenedSource, type ReadingOptions, type ResultsFormat } from './format.ts'
import { configurationGuard, namesFrom, passes, readDocument, readRecords, unread, type TakeRecord } from './records.ts'

/**
 * OpenAI's evals: the events that `oaieval` records (JSONL), where `sample_id` is the case; and the output items of a run of the
 * Evals API (`GET /evals/{id}/runs/{id}/output_items`), where the data source's row is, and graders are metrics. Source: openai/evals,
 * evals/record.py (Event); OpenAI API reference, eval.run.output_item.
 */
export const openaiEvalsFormat: ResultsFormat = {
  name: 'openai-evals',
  label: 'OpenAI evals (JSONL events, JSON output items)',
  mediaTypes: [MEDIA.lines, MEDIA.json],
  takes: ['where', 'variables'],
  holds: 'text',
  recognise: ({ keys }) =>
    keys.has('/spec/run_id') ||
    keys.has('/spec/completion_fns') ||
    (keys.has('/run_id') && keys.has('/event_id') && keys.has('/type')) ||
    ['/data/*', '/*', ''].some((at) => keys.has(`${at}/datasource_item`) && keys.has(`${at}/results`)),
  read: (source, options) =>
    /"datasource_item"/.test(source.text) ? importItems(source, options) : importEvents(source, options),
}

const { pass, tokens } = COMMON_METRICS
const ITEM_READ = new Set(['datasource_item_id', 'eval_id', 'id', 'object', 'results', 'run_id', 'status'])

/** One sample, put together from its events. */
interface Sample {
  readonly matches: unknown[]
  readonly scores: Map<string, unknown>
  isError: boolean
  readonly place: Parameters<TakeRecord>[1]
}

function importEvents(source: OpenedSource, { where }: ReadingOptions): ImportResult {
  const cases = scoredCases('openai-evals', source, [pass])
  const guard = configurationGuard(['run_id'], cases.faults, cases.gate.token)
  const samples = new Map<string, Sample>()
  let isFinished = false
  readRecords(source.text, cases.faults, (event, place) => {
    if (!passes(event, where)) return
    if (isObject(field(event, 'final_report'))) isFinished = true
    const id = readName(field(event, 'sample_id'))
    if (field(event, 'spec') !== undefined || field(event, 'final_report') !== undefined) cases.drop('spec')
    else if (id === undefined) cases.faults.add('case_id_missing', 'an event without a sample_id', place)
    else {
      guard.see(event)
      const sample = samples.get(id) ?? { matches: [], scores: new Map<string, unknown>(), isError: false, place }
      samples.set(id, sample)
      addEvent(sample, event, cases.drop)
    }
  })
  for (const [caseId, { matches, scores, isError, place }] of samples) {
    const names = { caseId, cluster: undefined, slice: undefined, isError }
    // Each match of a sample is an answer of its own.
    const [first, ...others] = matches
    cases.add({ ...names, measured: { pass: first }, scores }, place)
    for (const match of others) cases.add({ ...names, measured: { pass: match }, scores: [] }, place)
  }
  if (!isFinished && where === undefined) cases.note('The log has no final report: the run may have been cut short.')
  guard.finish()
  return cases.finish(null)
}

function addEvent(sample: Sample, event: JsonObject, drop: (field: string) => void): void {
  const type = readName(field(event, 'type')) ?? 'unknown'
  const data = field(event, 'data')
  if (type === 'error') sample.isError = true
  if (type === 'match') sample.matches.push(field(data, 'correct'))
  if (type === 'metrics' && isObject(data))
    for (const [name, value] of Object.entries(data)) {
      if (typeof value === 'number' || typeof value === 'boolean') sample.scores.set(name, value)
      else drop(`metrics.${name}`)
    }
  if (type !== 'metrics') drop(`event.${type}`)
}

function importItems(source: OpenedSource, { where, ...options }: ReadingOptions): ImportResult {
  const cases = scoredCases('openai-evals', source, [pass, tokens])
  const guard = configurationGuard(['run_id'], cases.faults, cases.gate.token)
  const take: TakeRecord = (item, place) => {
    if (!passes(item, where)) return
    guard.see(item)
    addItem(item, place, options, cases)
  }
  const isList = source.text.trimStart()[0] === '{' && /"data"\s*:/.test(source.text.slice(0, 4096))
  const root = isList
    ? readDocument(source.text, cases.faults, take, ['/data'])
    : readRecords(source.text, cases.faults, take)
  if (field(root, 'has_more') === true)
    cases.note("The list goes on (has_more): these are a part of the run's items. Fetch the pages that are left.")
  guard.finish()
  return cases.finish(null)
}

function addItem(
  item: JsonObject,
  place: Parameters<TakeRecord>[1],
  options: ReadingOptions,
  { add, drop }: Pick<ScoredCases, 'add' | 'drop'>,
): void {
  const status = readName(field(item, 'status'))
  const sample = field(item, 'sample')
  const results = field(item, 'results')
  const isError = status === 'error' || status === 'errored' || !isBlank(field(sample, 'error'))
  add(
    {
      ...namesFrom(field(item, 'datasource_item'), readName(field(item, 'datasource_item_id')), options),
      isError,
      measured: {
        pass: status === 'pass' || status === 'passed' ? true : status === 'fail' || status === 'failed' ? false : null,
        tokens: field(field(sample, 'usage'), 'total_tokens'),
      },
      scores: (Array.isArray(results) ? (results as unknown[]) : []).flatMap(graded),
    },
    place,
  )
  for (const name of unread(item, ITEM_READ)) drop(`item.${name}`)
}

/** A grader's score, or its verdict where it gives none. Its name carries the grader's id, which is new in each evaluation. */
function graded(result: unknown): (readonly [string, unknown, 'up' | undefined])[] {
  const name = readName(field(result, 'name'))?.replace(/-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, '')
  if (name === undefined) return []
  const score = field(result, 'score')
  return isBlank(score) ? [[name, field(result, 'passed'), 'up']] : [[name, score, undefined]]
}
