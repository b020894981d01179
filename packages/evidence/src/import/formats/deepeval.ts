import type { Direction } from '../../metric.ts'
import { isBlank, readName } from '../cell.ts'
import type { ImportResult } from '../faults.ts'
import { canonicalText, field, isObject, type JsonObject } from '../json.ts'
import { COMMON_METRICS, scoredCases, UNIT_SCALE, type ScoredCase } from '../scored-cases.ts'
import { LIMITS } from '../source.ts'
import { MEDIA, type OpenedSource, type ReadingOptions, type ResultsFormat } from './format.ts'
import { namesFrom, readDocument, unread } from './records.ts'

/**
 * DeepEval's test runs (`.deepeval/.latest_test_run.json`, files of `DEEPEVAL_RESULTS_FOLDER`, or `evaluate(...)` dumped as JSON).
 * The keyed digest of a test case's input is its case: names that DeepEval makes up only count. Whether a score is to be high
 * shows in which side of its threshold succeeds. Source: confident-ai/deepeval, deepeval/test_run/api.py, test_run.py, tracing/api.py (MetricData).
 */
export const deepevalFormat: ResultsFormat = {
  name: 'deepeval',
  label: 'DeepEval test runs (JSON)',
  mediaTypes: [MEDIA.json],
  takes: ['variables'],
  holds: 'text',
  recognise: ({ keys }) =>
    ['/testCases', '/conversationalTestCases', '/testRunData'].some((key) => keys.has(key)) ||
    keys.has('/test_results/*/metrics_data') ||
    keys.has('/test_cases/*/metrics_data'),
  read: importDeepeval,
}

const ARRAYS = ['', '/testRunData'].flatMap((root) =>
  ['testCases', 'conversationalTestCases', 'test_cases', 'conversational_test_cases', 'test_results'].map(
    (name) => `${root}/${name}`,
  ),
)
const READ = new Set([
  'completionTime',
  'completion_time',
  'metricsData',
  'metrics_data',
  'order',
  'success',
  'tokenCost',
  'token_cost',
])

const { pass, latency_s, cost, tokens } = COMMON_METRICS

function importDeepeval(source: OpenedSource, options: ReadingOptions): ImportResult {
  const cases = scoredCases('deepeval', source, [pass, latency_s, cost, tokens], { scale: UNIT_SCALE })
  let named = 0
  readDocument(
    source.text,
    cases.faults,
    (test, place) => {
      const metadata = pick(test, 'metadata') ?? pick(test, 'additionalMetadata')
      const input = inputOf(test)
      if (input === undefined && options.caseIdVariable === undefined) named += 1
      cases.add(
        {
          ...namesFrom(metadata, input === undefined ? readName(field(test, 'name')) : cases.gate.hide(input), options),
          isError: false,
          measured: measuredOf(test),
          scores: scoresOf(test),
        },
        place,
      )
      for (const name of unread(test, READ)) cases.drop(`test.${name}`)
    },
    ARRAYS,
  )
  if (named > 0)
    cases.note(
      `${named} test cases without an input are known by their name: they pair only with test cases of the same name.`,
    )
  return cases.finish(null)
}

/** Reads the question of a test: the input, or the scenario of a conversation. */
function inputOf(test: JsonObject): string | undefined {
  const input = [field(test, 'input'), field(test, 'scenario')].find((it) => !isBlank(it))
  return input === undefined ? undefined : canonicalText(input, LIMITS.depth)
}

function measuredOf(test: JsonObject): ScoredCase['measured'] {
  const [input, output] = [pick(test, 'inputTokenCount'), pick(test, 'outputTokenCount')]
  return {
    pass: field(test, 'success'),
    latency_s: pick(test, 'completionTime'),
    cost: pick(test, 'tokenCost'),
    tokens: typeof input === 'number' && typeof output === 'number' ? input + output : undefined,
  }
}

function scoresOf(test: JsonObject): [string, unknown, Direction | undefined][] {
  const metrics = pick(test, 'metricsData')
  return (Array.isArray(metrics) ? (metrics as unknown[]) : []).flatMap(
    (metric): [string, unknown, Direction | undefined][] => {
      const name = readName(field(metric, 'name'))
      if (!isObject(metric) || name === undefined) return []
      // A metric that failed to be computed measured nothing.
      return [[name, isBlank(field(metric, 'error')) ? field(metric, 'score') : null, directionOf(metric)]]
    },
  )
}

function directionOf(metric: JsonObject): Direction | undefined {
  const [score, threshold, success] = ['score', 'threshold', 'success'].map((name) => field(metric, name))
  if (typeof score !== 'number' || typeof threshold !== 'number' || typeof success !== 'boolean' || score === threshold)
    return undefined
  return score > threshold === success ? 'up' : 'down'
}

/** A field under its name in the file of a run, or in Python. */
function pick(test: JsonObject, name: string): unknown {
  return (
    field(test, name) ??
    field(
      test,
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    )
  )
}
