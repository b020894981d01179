import { readName } from '../cell.ts'
import type { FaultList, ImportResult } from '../faults.ts'
import { field, isObject, type JsonObject } from '../json.ts'
import { addJsonFault, parseStreaming } from '../json-text.ts'
import { COMMON_METRICS, scoredCases, type ScoredCase, type ScoredCases } from '../scored-cases.ts'
import { MEDIA, type OpenedSource, type ReadingOptions, type ResultsFormat } from './format.ts'
import { namesFrom, readDocument, unread, type TakeRecord } from './records.ts'
import { listZip } from './unzip.ts'

const convertIt = 'convert the log: inspect log convert --to json'

/**
 * Inspect's logs (`.eval`, a ZIP archive of one JSON file a sample; or `.json`). A sample's id is its case, its epochs are
 * repeats, and its scores are metrics; a log that was cancelled is read for the samples that it has, which is noted.
 * Source: UKGovernmentBEIS/inspect_ai, src/inspect_ai/log/_log.py (EvalLog, EvalSample), scorer/_metric.py (value_to_float).
 */
export const inspectFormat: ResultsFormat = {
  name: 'inspect',
  label: 'Inspect logs (.eval, .json)',
  mediaTypes: [MEDIA.zip, MEDIA.json],
  takes: ['variables'],
  holds: 'bytes',
  recognise: ({ kind, keys }) => kind === 'zip' || (keys.has('/eval/task') && keys.has('/status')),
  read: importInspect,
}

const { latency_s, tokens, cost } = COMMON_METRICS
const READ = new Set([
  'id',
  'epoch',
  'error',
  'limit',
  'model_usage',
  'score',
  'scores',
  'total_time',
  'uuid',
  'working_time',
])
const STATUSES = new Set(['started', 'success', 'cancelled', 'error'])

/** `value_to_float` of Inspect; anything else isn't a number. */
const WORDS: ReadonlyMap<string, number> = new Map(
  Object.entries({ C: 1, P: 0.5, I: 0, N: 0, yes: 1, true: 1, no: 0, false: 0 }),
)

interface Counts {
  samples: number
  unscored: number
  limited: number
}

function importInspect(source: OpenedSource, options: ReadingOptions): ImportResult {
  const cases = scoredCases('inspect', source, [latency_s, tokens, cost])
  const samples: [JsonObject, Parameters<TakeRecord>[1]][] = []
  const take: TakeRecord = (sample, place) => samples.push([keptOf(sample, options), place])
  const header =
    source.bytes[0] === 0x50 ? readArchive(source.bytes, cases.faults, take) : readLog(source.bytes, cases.faults, take)
  if (header === undefined) return cases.faults.result()
  const counts: Counts = { samples: 0, unscored: 0, limited: 0 }
  for (const [sample, place] of samples) addSample(sample, place, { header, options, cases, counts })
  note(header, counts, cases)
  cases.ranAt(field(field(header, 'eval'), 'created'))
  if (counts.samples === 0)
    cases.faults.add('nothing_selected', 'the log holds no samples', {}, 'run the task with log_samples on')
  return cases.finish(readName(field(field(header, 'eval'), 'model')) ?? null)
}

/** A sample without its messages and events, which are by far the most of it; what they were called is kept, to be counted. */
function keptOf(sample: JsonObject, { caseIdVariable, sliceVariable, clusterVariable }: ReadingOptions): JsonObject {
  const metadata = field(sample, 'metadata')
  const named = [caseIdVariable, sliceVariable, clusterVariable].filter((name) => name !== undefined)
  const kept = Object.entries(sample).map(
    ([name, value]) => [name, READ.has(name) || value === null ? value : true] as const,
  )
  const chosen = Object.fromEntries(named.map((name) => [name, field(metadata, name)]))
  return { ...Object.fromEntries(kept), ...(metadata === undefined ? {} : { metadata: chosen }) }
}

function readLog(bytes: Uint8Array, faults: FaultList, take: TakeRecord): unknown {
  const text = decoded(bytes)
  if (text === undefined) return faults.add('not_utf8', 'not UTF-8')
  const root = readDocument(text, faults, take, ['/samples'])
  if (root !== undefined && !isObject(field(root, 'eval')))
    return faults.add('malformed', 'not an Inspect log', { pointer: '/eval' })
  return root
}

/** The header of a log that was cut short is what it began with. */
function readArchive(bytes: Uint8Array, faults: FaultList, take: TakeRecord): unknown {
  const entries = listZip(bytes, faults)
  if (entries === undefined) return undefined
  const json = (name: string): unknown => {
    const entry = entries.find((it) => it.name === name)
    const unpacked = entry?.read()
    const text = unpacked && decoded(unpacked)
    const parsed = text === undefined ? undefined : parseStreaming(text, [], () => undefined)
    if (text !== undefined && parsed && 'offset' in parsed && parsed.key !== undefined)
      addJsonFault(text, parsed, faults)
    return parsed && 'value' in parsed ? parsed.value : undefined
  }
  const header = json('header.json') ?? json('_journal/start.json')
  if (!isObject(field(header, 'eval')))
    return faults.add('not_a_table', 'a zip archive, as spreadsheets are, without the header of an Inspect log')
  for (const { name } of entries) {
    if (!/^samples\/[^/]+\.json$/.test(name)) continue
    const sample = json(name)
    if (isObject(sample)) take(sample, { pointer: '/samples' })
    else faults.add('malformed', "a sample can't be unpacked", { pointer: '/samples' }, convertIt)
  }
  return header
}

function addSample(
  sample: JsonObject,
  place: Parameters<TakeRecord>[1],
  { header, options, cases, counts }: { header: unknown; options: ReadingOptions; cases: ScoredCases; counts: Counts },
): void {
  const usage = usageOf(field(sample, 'model_usage'), readName(field(field(header, 'eval'), 'model')))
  const isError = isObject(field(sample, 'error')) || typeof field(sample, 'error') === 'string'
  const scores = scoresOf(sample, cases.drop)
  counts.samples += 1
  if (scores.every(([, value]) => value === null) && !isError) counts.unscored += 1
  if (isObject(field(sample, 'limit')) || typeof field(sample, 'limit') === 'string') counts.limited += 1
  cases.add(
    {
      ...namesFrom(field(sample, 'metadata'), readName(field(sample, 'id')), options),
      isError,
      measured: { latency_s: field(sample, 'working_time') ?? field(sample, 'total_time'), ...usage },
      scores,
    },
    place,
  )
  for (const name of unread(sample, READ)) cases.drop(`sample.${name}`)
}

type Score = readonly [string, number | null, 'up' | undefined]

function scoresOf(sample: JsonObject, drop: (field: string) => void): Score[] {
  const scores = field(sample, 'scores')
  const single = field(sample, 'score')
  const named = isObject(scores) ? Object.entries(scores) : isObject(single) ? [['score', single] as const] : []
  return named.flatMap(([name, score]) => {
    const value = field(score, 'value')
    const parts = isObject(value)
      ? Object.entries(value).map(([part, it]) => [`${name}/${part}`, it] as const)
      : [[name, value] as const]
    return parts.map(([full, it]): Score => {
      const number = numberOf(it)
      if (number === undefined) drop(`score.${full}`)
      // A letter says whether the answer is correct; a number's meaning is the scorer's.
      return [full, number ?? null, typeof it === 'string' && it.length === 1 ? 'up' : undefined]
    })
  })
}

/** Null where nothing was scored; undefined for a value that is no number. */
function numberOf(value: unknown): number | null | undefined {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string') return undefined
  const known = WORDS.get(value) ?? WORDS.get(value.toLowerCase())
  if (known !== undefined) return known
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined
}

/** A sample's usage counts the judges' models too: the model that was evaluated goes before the sum. */
function usageOf(usage: unknown, model: string | undefined): Pick<ScoredCase['measured'], string> {
  if (!isObject(usage)) return {}
  const own = model === undefined ? undefined : usage[model]
  const all = isObject(own) ? [own] : Object.values(usage)
  const sum = (name: string): number | undefined => {
    const values = all.map((it) => field(it, name)).filter((it) => typeof it === 'number')
    return values.length === 0 ? undefined : values.reduce((a, b) => a + b, 0)
  }
  return { tokens: sum('total_tokens'), cost: sum('total_cost') }
}

function note(header: unknown, { samples, unscored, limited }: Counts, cases: ScoredCases): void {
  const status = readName(field(header, 'status')) ?? 'started'
  const dataset = field(field(header, 'eval'), 'dataset')
  const ids = field(dataset, 'sample_ids')
  const planned = Array.isArray(ids) ? ids.length : field(dataset, 'samples')
  const epochs = field(field(field(header, 'eval'), 'config'), 'epochs')
  const expected = Number(planned) * (typeof epochs === 'number' ? epochs : 1)
  if (status !== 'success') {
    const of = Number.isFinite(expected) ? ` of ${expected}` : ''
    cases.note(
      `The run did not succeed (${STATUSES.has(status) ? status : 'unknown'}): ${samples}${of} samples are in the log.`,
    )
  }
  if (field(header, 'invalidated') === true) cases.note('The log was invalidated.')
  if (unscored > 0) cases.note(`${unscored} of ${samples} samples have no score.`)
  if (limited > 0) cases.note(`${limited} of ${samples} samples were ended by a limit.`)
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
