import { isLabel } from '../identifier.ts'
import { isBlank, readName } from './cell.ts'
import { canonicalText, field, isObject, type JsonObject } from './json.ts'
import { LIMITS } from './source.ts'

/** Parts of a promptfoo file besides its results. */
export interface PromptfooFile {
  readonly config: unknown
  /** When it was run, as the file has it. */
  readonly timestamp?: unknown
  /** Names of members that are left out. */
  readonly dropped: readonly string[]
}

/** One result of promptfoo, without prompts, answers and reasons. */
export interface PromptfooResult {
  readonly place: { readonly line?: number; readonly pointer?: string }
  /** Names that select its provider: label and id. */
  readonly providers: readonly string[]
  readonly prompt: PromptfooPrompt
  readonly promptIdx: number | undefined
  /** Which test of the file it answers; tests of promptfoo before results of version 3 have no number. */
  readonly testIdx: number | undefined
  /** The same for all repeats of a test, where promptfoo says so. */
  readonly repeatGroup: string | undefined
  /** Variables that the test declared, or all that the result has where the file doesn't hold the test itself. */
  readonly vars: JsonObject
  /** All that the prompt was rendered with. */
  readonly rendered: JsonObject
  /** Whether the file tells the test itself. */
  readonly hasTest: boolean
  readonly description: string | undefined
  /** The test's assertions, canonical. */
  readonly assertions: string | undefined
  readonly isError: boolean
  readonly measured: Readonly<Record<string, unknown>>
  readonly scores: readonly (readonly [string, unknown])[]
  /** Names of fields that are left out. */
  readonly dropped: readonly string[]
}

/** How a prompt may be known. */
export interface PromptfooPrompt {
  /** A label that somebody gave; undefined where the label is the prompt's own text. */
  readonly label: string | undefined
  readonly id: string | undefined
  /** Its own text, where that is its label. Content: it is digested under a key, and never shown. */
  readonly text: string | undefined
  /** A key that tells prompts of one file apart; may be content, and is never shown. */
  readonly key: string
}

/** promptfoo's `failureReason` of a test that got no answer; 1 is an answer that failed its assertions. */
const FAILED_TO_ANSWER = 2

/** Fields of a result that are read, or that only repeat what is read; the rest is counted as dropped. */
const READ_FIELDS = new Set([
  'cost',
  'evalId',
  'failureReason',
  'latencyMs',
  'namedScores',
  'promptIdx',
  'provider',
  'repeatGroupId',
  'repeatIndex',
  'score',
  'success',
  'testIdx',
  'tokenUsage',
])

/** Reads one result, of any version (promptfoo, `EvaluateResult` in src/types/index.ts). */
export function readPromptfooResult(result: JsonObject, place: PromptfooResult['place']): PromptfooResult {
  const test = field(result, 'testCase')
  const [rendered, declared] = [field(result, 'vars'), field(test, 'vars')]
  const response = field(result, 'response')
  // An answer from promptfoo's cache took no time and cost nothing: neither says anything about the model.
  const isCached = field(response, 'cached') === true
  const scores = field(result, 'namedScores')
  const provider = field(result, 'provider')
  return {
    place,
    providers: [field(provider, 'label'), field(provider, 'id'), provider].flatMap((name) => readName(name) ?? []),
    prompt: promptOf(result),
    promptIdx: position(field(result, 'promptIdx')),
    testIdx: position(field(result, 'testIdx')),
    repeatGroup: readName(field(result, 'repeatGroupId')),
    vars: firstObject(declared, rendered),
    rendered: firstObject(rendered, declared),
    hasTest: isObject(test),
    description: readName(field(test, 'description') ?? field(result, 'description')),
    assertions: assertionsOf(test),
    isError: gotNoAnswer(result, response),
    measured: {
      pass: field(result, 'success'),
      score: field(result, 'score'),
      latency_ms: isCached ? null : field(result, 'latencyMs'),
      cost: isCached ? null : field(result, 'cost'),
      tokens: totalTokens(field(result, 'tokenUsage')) ?? totalTokens(field(response, 'tokenUsage')),
    },
    scores: isObject(scores) ? Object.entries(scores) : [],
    dropped: Object.keys(result).filter((name) => !READ_FIELDS.has(name) && result[name] !== null),
  }
}

/** A name that a person gave a provider or a prompt, and that may be shown: no template, and no long hash, which a guess could be tried on. */
export function showableName(name: string | undefined): string | undefined {
  if (name === undefined || !isLabel(name) || /^[0-9a-f]{32,}$/i.test(name)) return undefined
  return name
}

function promptOf(result: JsonObject): PromptfooPrompt {
  const prompt = field(result, 'prompt')
  // An unlabelled prompt is labelled with its own text, after its file's name if it has one: content however short it is.
  const label = readName(field(prompt, 'label') ?? field(prompt, 'display'))
  const text = readName(field(prompt, 'raw') ?? prompt)
  const id = readName(field(result, 'promptId')) ?? readName(field(prompt, 'id'))
  const holdsText = label !== undefined && ((text !== undefined && label.includes(text)) || label.includes('{{'))
  const index = position(field(result, 'promptIdx'))
  return {
    ...labelOrText(label, holdsText),
    id,
    key: id ?? label ?? (index === undefined ? '' : `#${index}`),
  }
}

/** Prompts in files are labelled by the file before their text (promptfoo, src/prompts/processors). */
const FILE_BEFORE_TEXT = /^(?:[^\n]{1,128}?: )?\S+\.(?:txt|md|j2|jsonl?|ya?ml|csv|[cm]?[jt]s|py): /

/** Takes a label of promptfoo for a name that somebody gave, or for the prompt's own text, the same whatever file it stood in. */
export function labelOrText(label: string | undefined, holdsText: boolean): Pick<PromptfooPrompt, 'label' | 'text'> {
  if (label === undefined || !(holdsText || showableName(label) === undefined)) return { label, text: undefined }
  return { label: undefined, text: label.replace(FILE_BEFORE_TEXT, '').replaceAll('\r\n', '\n').trim() }
}

/** Before version 3 nothing says why a test failed: then an error without a grade is an answer that never came. */
function gotNoAnswer(result: JsonObject, response: unknown): boolean {
  const reason = field(result, 'failureReason')
  if (reason !== undefined && reason !== null) return reason === FAILED_TO_ANSWER
  const grade = field(result, 'gradingResult')
  return !isBlank(field(result, 'error')) && !isObject(grade) && isBlank(field(response, 'output'))
}

function totalTokens(usage: unknown): number | undefined {
  const [total, prompt, completion] = ['total', 'prompt', 'completion'].map((name) => field(usage, name))
  if (typeof total === 'number') return total
  return typeof prompt === 'number' && typeof completion === 'number' ? prompt + completion : undefined
}

function assertionsOf(test: unknown): string | undefined {
  const assertions = field(test, 'assert')
  return Array.isArray(assertions) && assertions.length > 0 ? canonicalText(assertions, LIMITS.depth) : undefined
}

function firstObject(...values: readonly unknown[]): JsonObject {
  return values.find(isObject) ?? {}
}

function position(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
}
