import { isBlank, readName } from '../cell.ts'
import { field, isObject, type JsonObject } from '../json.ts'
import { UNIT_SCALE } from '../scored-cases.ts'
import { contentOf, recordFormat, type CaseIdentity, type RecordTool } from './record-tools.ts'
import { parsedCell } from './records.ts'
import type { ResultsFormat } from './format.ts'

const has = (columns: ReadonlySet<string>, ...names: readonly string[]): boolean =>
  names.every((name) => columns.has(name))
const startsWith = (columns: ReadonlySet<string>, prefix: RegExp): boolean =>
  [...columns].some((name) => prefix.test(name))
const hasError = (record: JsonObject): boolean =>
  !isBlank(field(record, 'error')) || readName(field(record, 'status')) === 'error'

/**
 * LangSmith: an experiment downloaded as CSV, or `evaluate(...).to_pandas()`. An example's id is the case where there is one, else its
 * inputs' keyed digest; a run's own id is new in each experiment. Source: docs.langchain.com/langsmith/analyze-an-experiment; langsmith,
 * ExperimentResults.to_pandas.
 */
const langsmith: RecordTool = {
  name: 'langsmith',
  label: 'LangSmith experiments (CSV)',
  matches: (columns) => {
    const inputs = columns.has('inputs') || startsWith(columns, /^inputs?\./)
    const outputs = columns.has('outputs') || startsWith(columns, /^outputs?\./)
    const marks = [
      'reference_example_id',
      'example_id',
      'reference_outputs',
      'session_name',
      'execution_time',
      'dotted_order',
    ]
    return (
      inputs && outputs && (marks.some((name) => columns.has(name)) || startsWith(columns, /^(feedback|reference)\./))
    )
  },
  caseOf: (record) => {
    const id = readName(field(record, 'reference_example_id')) ?? readName(field(record, 'example_id'))
    return id === undefined
      ? contentOf(
          record,
          Object.keys(record).filter((name) => /^inputs?($|\.)/.test(name)),
        )
      : { id }
  },
  isError: hasError,
  measured: (record) => ({
    latency_s: field(record, 'execution_time') ?? field(record, 'latency') ?? field(record, 'latency_s'),
    cost: field(record, 'total_cost'),
    tokens: field(record, 'total_tokens'),
  }),
  known: new Set(
    (
      'id example_id reference_example_id dataset_id session_id session_name trace_id parent_run_id name run_type status error start_time end_time created_at ' +
      'modified_at inputs outputs reference reference_outputs metadata tags extra notes url execution_time latency latency_s first_token_time dotted_order ' +
      'total_tokens prompt_tokens completion_tokens total_cost prompt_cost completion_cost'
    ).split(' '),
  ),
  configuration: ['session_name', 'session_id'],
}

/**
 * Langfuse: the traces or observations of an experiment, exported as CSV or JSON; their input's keyed digest is the case, and each score has a
 * column. Scores alone, or items of a run alone, say nothing that could be paired. Source: langfuse/langfuse, worker/src/features/
 * database-read-stream/getDatabaseReadStream.ts.
 */
const langfuse: RecordTool = {
  name: 'langfuse',
  label: 'Langfuse traces and observations (CSV, JSON)',
  matches: (columns) =>
    has(columns, 'traceId', 'dataType', 'value', 'source') ||
    has(columns, 'datasetItemId', 'traceId') ||
    (has(columns, 'input', 'output', 'latency', 'totalCost') &&
      (columns.has('observationCount') || columns.has('traceId') || columns.has('bookmarked'))),
  refuse: (columns) => {
    const instead =
      'export the traces of each run from the Traces page, filtered by the run: they hold the inputs, which identify the cases, and the scores'
    if (has(columns, 'dataType', 'value')) return `scores name traces, whose ids are new in each run; ${instead}`
    if (!columns.has('input')) return `items of a dataset run hold no scores; ${instead}`
    return undefined
  },
  caseOf: (record) => contentOf(record, ['input']),
  isError: (record) => readName(field(record, 'level')) === 'ERROR' || Number(field(record, 'errorCount') ?? 0) > 0,
  measured: (record) => ({
    latency_s: field(record, 'latency'),
    cost: field(record, 'totalCost'),
    tokens: field(record, 'totalTokens') ?? field(record, 'totalUsage'),
  }),
  known: new Set(
    (
      'id traceId projectId timestamp startTime endTime createdAt updatedAt name type userId sessionId release version environment bookmarked public tags level ' +
      'statusMessage input output metadata model modelId internalModelId modelParameters promptId promptName promptVersion completionStartTime timeToFirstToken latency usage ' +
      'usageDetails costDetails providedUsageDetails providedCostDetails inputCost outputCost totalCost inputTokens outputTokens totalTokens inputUsage outputUsage totalUsage ' +
      'promptTokens completionTokens inputPrice outputPrice totalPrice tokensPerSecond unit parentObservationId errorCount warningCount defaultCount debugCount ' +
      'observationCount comments scores traceName traceTags traceTimestamp usagePricingTierId usagePricingTierName toolDefinitions toolCalls toolCallNames'
    ).split(' '),
  ),
  configuration: ['type', 'release', 'version'],
}

/**
 * Braintrust: the rows of an experiment, exported as CSV or JSON. The data set's record is the case where the row names it, else the input's keyed
 * digest; spans below a root are left out. Source: braintrust.dev/docs/annotate/export; Braintrust API, ExperimentEvent.
 */
const braintrust: RecordTool = {
  name: 'braintrust',
  label: 'Braintrust experiments (CSV, JSON)',
  // braintrust.dev/docs/core/functions/scorers: a score lies between 0 and 1, and 1 is best.
  says: { better: 'up', scale: UNIT_SCALE },
  matches: (columns) =>
    has(columns, 'input', 'output') &&
    (has(columns, 'expected', 'scores') ||
      has(columns, 'span_id', 'root_span_id') ||
      has(columns, 'expected', 'metrics') ||
      (columns.has('expected') && startsWith(columns, /^(scores|metrics)[._]/))),
  caseOf: (record) => datasetRecord(record) ?? contentOf(record, ['input']),
  isCase: (record) => {
    if (!isBlank(field(record, 'is_root'))) return String(field(record, 'is_root')).toLowerCase() === 'true'
    const [span, root] = [readName(field(record, 'span_id')), readName(field(record, 'root_span_id'))]
    return span === undefined || root === undefined || span === root
  },
  isError: hasError,
  measured: (record) => {
    const metrics = parsedCell(field(record, 'metrics'))
    const metric = (name: string): unknown =>
      field(metrics, name) ?? field(record, `metrics.${name}`) ?? field(record, name)
    const [start, end] = [Number(metric('start')), Number(metric('end'))]
    return {
      latency_s: metric('duration') ?? (end >= start ? end - start : undefined),
      cost: metric('estimated_cost'),
      tokens: metric('tokens') ?? metric('total_tokens'),
    }
  },
  scores: (record) => {
    const scores = parsedCell(field(record, 'scores'))
    return isObject(scores) ? Object.entries(scores) : []
  },
  known: new Set(
    (
      'id dataset_record_id origin experiment_id project_id org_id span_id root_span_id span_parents is_root span_attributes _xact_id _pagination_key created ' +
      'name input output expected error scores metrics metadata tags context comments audit_data classifications facets start end duration llm_duration estimated_cost ' +
      'tokens total_tokens prompt_tokens completion_tokens metrics.start metrics.end metrics.duration metrics.tokens metrics.prompt_tokens metrics.completion_tokens ' +
      'metrics.estimated_cost metrics.llm_duration metrics.total_tokens'
    ).split(' '),
  ),
  configuration: ['experiment_id'],
}

function datasetRecord(record: JsonObject): CaseIdentity {
  const own = readName(field(record, 'dataset_record_id'))
  if (own !== undefined) return { id: own }
  const origin = parsedCell(field(record, 'origin'))
  const id = field(origin, 'object_type') === 'dataset' ? readName(field(origin, 'id')) : undefined
  return id === undefined ? undefined : { id }
}

/**
 * Ragas: `result.to_pandas().to_csv()`. The question's keyed digest is the case; every column of numbers is a metric. A conversation's messages hold its
 * answers, so that its reference goes before them. Source: vibrantlabsai/ragas, dataset_schema.py (SingleTurnSample, MultiTurnSample, EvaluationResult).
 */
const ragas: RecordTool = {
  name: 'ragas',
  label: 'Ragas results (CSV)',
  matches: (columns) =>
    (columns.has('user_input') && ['response', 'retrieved_contexts', 'reference'].some((name) => columns.has(name))) ||
    has(columns, 'question', 'answer', 'contexts'),
  caseOf: (record) => {
    const question = readName(field(record, 'user_input'))
    const isConversation = question !== undefined && /^\[.*(AIMessage|'type': 'ai'|"type": "ai")/s.test(question)
    if (isConversation && !isBlank(field(record, 'reference'))) return contentOf(record, ['reference'])
    return contentOf(record, [question === undefined ? 'question' : 'user_input'])
  },
  isError: () => false,
  measured: () => ({}),
  known: new Set(
    'user_input retrieved_contexts reference_contexts retrieved_context_ids reference_context_ids response multi_responses reference rubrics rubric reference_topics reference_tool_calls persona_name query_style query_length question answer contexts ground_truth ground_truths id index'.split(
      ' ',
    ),
  ),
  configuration: [],
}

/** Tools that export one record a case. */
export const toolFormats: readonly ResultsFormat[] = [langsmith, langfuse, braintrust, ragas].map(recordFormat)
