import * as fc from 'fast-check'
import type { Encoding } from '../../src/capture/otlp/body-form.ts'
import { attributesOf, type AttributeValue, spanOf } from './otlp-bodies.ts'

/** A span of a tree, and what it is: a request to a model, a step between, or a tool whose requests are its own. */
export interface TreeSpan {
  readonly id: number
  /** Of the span around it; undefined at the top. */
  readonly parent: number | undefined
  readonly what: 'chat' | 'embeddings' | 'unnamed' | 'step' | 'tool'
  readonly model: string | undefined
  readonly tokens: readonly [input: number, output: number] | undefined
  readonly failed: boolean
  readonly finish: string | undefined
}

const none = { any: {} }
const models = ['gpt-4o', 'gpt-4o-2024-08-06', 'openai/gpt-4o', 'gpt-4o-mini', 'claude-3-5-haiku'] as const

/** Trees of up to twelve spans, in the order of their ids. */
export const spanTree: fc.Arbitrary<TreeSpan[]> = fc
  .array(
    fc.record({
      above: fc.nat(),
      what: fc.constantFrom('chat', 'chat', 'chat', 'embeddings', 'unnamed', 'step', 'step', 'tool'),
      model: fc.option(fc.constantFrom(...models), { nil: undefined, freq: 6 }),
      tokens: fc.option(fc.constantFrom([100, 20] as const, [7, 3] as const), { nil: undefined }),
      failed: fc.boolean(),
      finish: fc.option(fc.constantFrom('stop', 'length'), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((spans) =>
    spans.map(({ above, what, model, ...rest }, index): TreeSpan => {
      const parent = index === 0 || above % 6 === 0 ? undefined : above % index
      // Without an operation, it is a request since it names a model.
      const named = what === 'unnamed' ? (model ?? 'gpt-4o') : model
      return { id: index, parent, what, model: named, ...rest }
    }),
  )

/** The requests that count, by what the reference says: of those around each other that describe the same one, the innermost. */
export function countedIn(tree: readonly TreeSpan[]): TreeSpan[] {
  return tree.filter((span) => isRequest(span) && !tree.some((below) => isAround(tree, span, below)))
}

/** Finds the totals of a tree's requests: how many count, and of each figure those that no request within tells that describes the same. */
export function totalsOf(tree: readonly TreeSpan[]): { calls: number; tokens: TreeSpan[]; finished: TreeSpan[] } {
  const telling = (figure: 'tokens' | 'finish'): TreeSpan[] =>
    tree.filter(
      (span) =>
        isRequest(span) &&
        span[figure] !== undefined &&
        !tree.some((below) => below[figure] !== undefined && isAround(tree, span, below)),
    )
  return { calls: countedIn(tree).length, tokens: telling('tokens'), finished: telling('finish') }
}

/** The requests that may know of tokens that nothing counts: of those within one tells others, and one tells none. */
export function knowingMoreIn(tree: readonly TreeSpan[]): TreeSpan[] {
  return tree.filter((span) => {
    const within = tree.filter((below) => isAround(tree, span, below)).map(({ tokens }) => tokens)
    const tells = isRequest(span) && span.tokens !== undefined && !within.includes(span.tokens)
    return tells && within.includes(undefined) && within.some((it) => it !== undefined)
  })
}

function isAround(tree: readonly TreeSpan[], span: TreeSpan, below: TreeSpan): boolean {
  if (!isRequest(below) || below === span) return false
  for (let at = below.parent; at !== undefined; at = tree[at]?.parent) {
    const above = tree[at]
    if (above === undefined || above.what === 'tool' || (isRequest(above) && !areSame(above, below))) return false
    if (above === span) return true
  }
  return false
}

function isRequest({ what }: TreeSpan): boolean {
  return what !== 'step' && what !== 'tool'
}

const families = new Map<string | undefined, string>(
  models.map((name) => [name, name.startsWith('gpt-4o-mini') ? 'mini' : name.includes('4o') ? '4o' : name]),
)

function areSame(one: TreeSpan, other: TreeSpan): boolean {
  if (one.what !== other.what && one.what !== 'unnamed' && other.what !== 'unnamed') return false
  if (one.tokens !== undefined && one.tokens === other.tokens) return true
  if (one.model === undefined || other.model === undefined) return true
  return families.get(one.model) === families.get(other.model)
}

/** A span of a tree as OTLP writes it. @param trace tells its trace from others */
export function otlpSpanOf(
  { id, parent, what, model, tokens, failed, finish }: TreeSpan,
  { as, trace, atMs }: { readonly as: Encoding; readonly trace: number; readonly atMs: number },
): object {
  const operation: Record<TreeSpan['what'], Record<string, AttributeValue>> = {
    chat: { 'gen_ai.operation.name': 'chat' },
    embeddings: { 'gen_ai.operation.name': 'embeddings' },
    unnamed: { 'gen_ai.operation.name': none },
    step: { 'gen_ai.operation.name': 'invoke_workflow' },
    tool: { 'gen_ai.operation.name': 'execute_tool' },
  }
  const attributes = {
    ...operation[what],
    'gen_ai.request.model': model ?? none,
    'gen_ai.response.model': none,
    'gen_ai.usage.input_tokens': tokens?.[0] ?? none,
    'gen_ai.usage.output_tokens': tokens?.[1] ?? none,
    'gen_ai.response.finish_reasons': finish === undefined ? none : [finish],
  }
  const frame = {
    ...idsOf(as, { traceId: [16, trace], spanId: [8, id + 1] }),
    ...(parent === undefined ? {} : idsOf(as, { parentSpanId: [8, parent + 1] })),
    status: { code: failed ? 2 : 0 },
    // Each takes its own time.
    startTimeUnixNano: `${BigInt(atMs - 250 - id) * 1_000_000n}`,
  }
  return spanOf(attributes, frame, atMs)
}

type IdField = 'traceId' | 'spanId' | 'parentSpanId'

/** Ids of a number of bytes, as an encoding writes them. */
export function idsOf(
  as: Encoding,
  ids: Readonly<Partial<Record<IdField, readonly [length: number, value: number]>>>,
): object {
  return Object.fromEntries(
    Object.entries(ids).map(([name, [length, value]]) => {
      const bytes = Buffer.alloc(length, 0x11)
      bytes.writeUInt32BE(value, length - 4)
      return [name, as === 'protobuf' ? bytes : bytes.toString('hex')]
    }),
  )
}

/** A span by its facts alone, and its place among others of its trace. */
export interface Nested {
  readonly id: number
  readonly parent?: number
  readonly facts: Readonly<Record<string, AttributeValue>>
  readonly failed?: boolean
}

const atMs = Date.now()
let traces = 1_000_000

/** Spans of one trace, of which each is what its facts say and nothing else. */
export function spansOf(nested: readonly Nested[], as: Encoding): object[] {
  const trace = ++traces
  return nested.map(({ id, parent, facts, failed = false }) => ({
    ...spanOf({}, {}, atMs),
    attributes: attributesOf(facts),
    status: { code: failed ? 2 : 0 },
    ...idsOf(as, { traceId: [16, trace], spanId: [8, id] }),
    ...(parent === undefined ? {} : idsOf(as, { parentSpanId: [8, parent] })),
  }))
}

/** The facts of a request as OpenTelemetry's conventions tell them: 100 tokens in, 20 out. */
export const semantic = (
  operation: AttributeValue,
  more: Readonly<Record<string, AttributeValue>> = {},
): Nested['facts'] => ({
  'gen_ai.operation.name': operation,
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 20,
  ...more,
})
