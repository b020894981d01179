import { identifierGate, type IdentifierGate } from '../identifier.ts'
import type { MetricDefinition } from '../metric.ts'
import { readMetric, readName } from './cell.ts'
import { runCollector, type RunCollector } from './collector.ts'
import { faultList, type FaultList, type ImportResult } from './faults.ts'
import { canonicalText, field, isObject, parseJson } from './json.ts'
import { chooseResults, type PromptfooSelection } from './promptfoo-selection.ts'
import { LIMITS, type ImportSource } from './source.ts'

/** How to read a promptfoo file. */
export interface PromptfooOptions extends PromptfooSelection {
  /** A test variable that identifies the case. Default: the keyed digest of all its variables. */
  readonly caseIdVariable?: string | undefined
  /** A test variable that names the case's slice. */
  readonly sliceVariable?: string | undefined
  /** A test variable that names the case's cluster. */
  readonly clusterVariable?: string | undefined
}

const METRICS: readonly MetricDefinition[] = [
  { name: 'pass', kind: 'binary', direction: 'up' },
  { name: 'score', kind: 'continuous', direction: 'up' },
  { name: 'latency_ms', kind: 'latency', direction: 'down' },
  { name: 'cost', kind: 'cost', direction: 'down' },
  { name: 'tokens', kind: 'tokens', direction: 'down' },
]

/** promptfoo's `failureReason` of a test that got no answer; 1 is an answer that failed its assertions. */
const FAILED_TO_ANSWER = 2

/** Fields of a result that are read, or that only repeat what is read; the rest is counted as dropped. */
const READ_FIELDS = new Set([
  'cost',
  'failureReason',
  'latencyMs',
  'namedScores',
  'promptIdx',
  'provider',
  'score',
  'success',
  'testIdx',
  'tokenUsage',
])

/** Reads the JSON results of a promptfoo evaluation (`promptfoo eval --output results.json`, format version 3) for one provider and prompt. */
export function importPromptfoo(source: ImportSource, options: PromptfooOptions = {}): ImportResult {
  const gate = identifierGate(source.digest)
  const faults = faultList(gate)
  const collector = runCollector('promptfoo', source, gate, faults)
  const document = readDocument(source.text, faults)
  if (!document) return faults.result()
  const { chosen, selection } = chooseResults(document.results, options, gate, faults)
  const scores = namedScores(chosen.map(({ result }) => result))
  for (const { result, index } of chosen)
    readResult({ result, pointer: `/results/results/${index}` }, { options, scores, gate, faults, collector })
  for (const name of Object.keys(document.root)) if (name !== 'results') collector.drop(`file.${name}`)
  const named = scores.map((name): MetricDefinition => ({
    name: metricName(name, gate),
    kind: 'continuous',
    direction: 'up',
  }))
  return collector.finish({ selection, metrics: [...METRICS, ...named] })
}

function readDocument(text: string, faults: FaultList): { root: object; results: readonly unknown[] } | undefined {
  if (text.trim() === '') return faults.add('empty', 'the file is empty')
  if (text.length > LIMITS.fileSize) return faults.add('too_large', `larger than ${LIMITS.fileSize} characters`)
  const parsed = parseJson(text.replace(/^\uFEFF/, ''))
  if (!('value' in parsed)) {
    const line = parsed.offset === undefined ? {} : { line: text.slice(0, parsed.offset).split('\n').length }
    return faults.add('malformed', 'not valid JSON', line)
  }
  const root = parsed.value
  const results = field(field(root, 'results'), 'results')
  if (field(field(root, 'results'), 'version') !== 3)
    return faults.add('unsupported_version', 'not a promptfoo results file of version 3', {
      pointer: '/results/version',
    })
  if (!isObject(root) || !Array.isArray(results))
    return faults.add('malformed', 'not an array', { pointer: '/results/results' })
  return { root, results }
}

interface Reading {
  readonly options: PromptfooOptions
  readonly scores: readonly string[]
  readonly gate: IdentifierGate
  readonly faults: FaultList
  readonly collector: RunCollector
}

function readResult({ result, pointer }: { result: unknown; pointer: string }, reading: Reading): void {
  const { options, scores, gate, faults, collector } = reading
  const isError = field(result, 'failureReason') === FAILED_TO_ANSWER
  // An answer from promptfoo's cache took no time and cost nothing: neither says anything about the model.
  const isCached = field(field(result, 'response'), 'cached') === true
  const number = (value: unknown, at: string, kind: MetricDefinition['kind']): number | null => {
    const cell = readMetric(value, kind)
    if ('value' in cell) return cell.value
    faults.add(cell.fault, cell.text, { pointer: `${pointer}/${at}` })
    return null
  }
  const values = [
    number(field(result, 'success'), 'success', 'binary'),
    number(field(result, 'score'), 'score', 'continuous'),
    number(isCached ? null : field(result, 'latencyMs'), 'latencyMs', 'latency'),
    number(isCached ? null : field(result, 'cost'), 'cost', 'cost'),
    number(field(field(result, 'tokenUsage'), 'total'), 'tokenUsage/total', 'tokens'),
    ...scores.map((name) =>
      number(field(field(result, 'namedScores'), name), `namedScores/${gate.label(name)}`, 'continuous'),
    ),
  ]
  const variable = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : readName(field(field(result, 'vars'), name))
  const caseId = caseIdOf(result, variable(options.caseIdVariable), options, gate)
  if (caseId === undefined) return faults.add('case_id_missing', 'no case id', { pointer: `${pointer}/vars` })
  const names = { cluster: variable(options.clusterVariable), slice: variable(options.sliceVariable) }
  collector.add({ caseId, ...names, isError, values }, { pointer })
  if (!isObject(result)) return
  for (const name of Object.keys(result))
    if (!READ_FIELDS.has(name) && result[name] !== null) collector.drop(`result.${name}`)
}

function caseIdOf(
  result: unknown,
  named: string | undefined,
  { caseIdVariable }: PromptfooOptions,
  gate: IdentifierGate,
): string | undefined {
  if (caseIdVariable !== undefined) return named
  const vars = field(result, 'vars')
  const text = isObject(vars) ? canonicalText(vars, LIMITS.depth) : undefined
  return text === undefined ? undefined : gate.hide(text)
}

/** Every named score of any chosen result, in a fixed order. */
function namedScores(results: readonly unknown[]): string[] {
  const names = results.flatMap((result) => {
    const scores = field(result, 'namedScores')
    return isObject(scores) ? Object.keys(scores) : []
  })
  return [...new Set(names)].toSorted().slice(0, LIMITS.columns)
}

function metricName(name: string, gate: IdentifierGate): string {
  return gate.label(METRICS.some((metric) => metric.name === name) ? `named/${name}` : name)
}
