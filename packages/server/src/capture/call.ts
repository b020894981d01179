import { isSame, sayingOf, saysNoModel } from '@afterai/models'
import { refusals } from './gate/finish-reasons.ts'
import { type Fact, type Facts, slots } from './gate/slots.ts'
import { priceOf } from './prices.ts'
import type { SpanRecords } from './nesting/span-records.ts'
import type { RequestKind } from './request-kind.ts'
import type { AgentReading, CallConfiguration, CallReading, VersionedName } from './readings.ts'
import { tokensOf } from './tokens.ts'

/** A span without its attributes: times, outcome, and its index in its body. Times are of Unix, in milliseconds; 0 where it has none. */
export interface SpanFrame {
  readonly startMs: number
  readonly endMs: number
  /** From start to end, exact to the nanosecond. */
  readonly durationMs: number
  readonly failed: boolean
  /** Where it lies among the spans of its body; -1 for a span without ids. */
  readonly span: number
  readonly spans: SpanRecords
}

/** Where what has no `service.name` is counted: the name that OpenTelemetry gives it. */
export const unknownService = 'unknown_service'
const longestCallMs = 86_400_000

/** Operations that are requests to a model, as the vocabularies name them. All others are something else, whatever they tell. */
const requests: ReadonlyMap<string, RequestKind> = new Map<string, RequestKind>([
  ['chat', 'chat'],
  ['completion', 'chat'],
  ['acompletion', 'chat'],
  ['text_completion', 'chat'],
  ['atext_completion', 'chat'],
  ['generate_content', 'chat'],
  ['responses', 'chat'],
  ['aresponses', 'chat'],
  ['embeddings', 'embeddings'],
  ['embedding', 'embeddings'],
  ['aembedding', 'embeddings'],
  ['rerank', 'rerank'],
  ['arerank', 'rerank'],
])
const requestKinds: ReadonlyMap<string, RequestKind> = new Map<string, RequestKind>([
  ['llm', 'chat'],
  ['embedding', 'embeddings'],
  ['reranker', 'rerank'],
])
const requestTypes: ReadonlyMap<string, RequestKind> = new Map<string, RequestKind>([
  ['generation', 'chat'],
  ['embedding', 'embeddings'],
])
const vercelRequests: ReadonlyMap<string, RequestKind> = new Map<string, RequestKind>([
  ['dogenerate', 'chat'],
  ['dostream', 'chat'],
  ['doembed', 'embeddings'],
  ['dorerank', 'rerank'],
])

/**
 * The request to a model that a span is, or undefined where it is something else. Libraries put spans around requests (an agent's turn, a
 * step) that repeat their numbers; counted as well, each request would count twice. The vocabulary that knows best decides. A word
 * that the gate doesn't know is there without being a text.
 */
function requestKindOf(facts: Facts): RequestKind | undefined {
  const vercel = facts.at(slots.aiOperation)
  if (vercel !== undefined) return vercelRequests.get(String(vercel).replace(/^.*\./, ''))
  const operation = facts.at(slots.operation)
  if (operation !== undefined) return requests.get(String(operation))
  const kind = facts.at(slots.spanKind)
  if (kind !== undefined) return requestKinds.get(String(kind))
  const type = facts.at(slots.observationType)
  if (type !== undefined) return requestTypes.get(String(type))
  return facts.text(slots.requestedModel) === undefined ? undefined : 'unknown'
}

/** The operations that are requests. */
export const requestOperations: readonly string[] = [...requests.keys()]

/** Whether an operation that something names is none of the requests to a model. Without a name it may be one. */
export function isOtherOperation(facts: Facts): boolean {
  const operation = facts.at(slots.operation)
  return operation !== undefined && !requests.has(String(operation))
}

const dividing: ReadonlySet<Fact | undefined> = new Set<Fact | undefined>([
  'execute_tool',
  'invoke_agent',
  'create_agent',
  'agent_step',
  'ai.toolcall',
  'retrieval',
  'tool',
  'agent',
  'retriever',
  'guardrail',
  'evaluator',
])

/** Whether what lies below a span is its own doing, and no part of a request above it: a tool's, an agent's. */
export function dividesRequests(facts: Facts): boolean {
  return [slots.aiOperation, slots.operation, slots.spanKind, slots.observationType].some((slot) =>
    dividing.has(facts.at(slot)),
  )
}

/** The system that a resource is. */
export function systemOf(resource: Facts): string {
  return resource.text(slots.serviceName) ?? unknownService
}

/** Reads the system, environment and route of a thing, from its system's resource and its own attributes. */
export function placeOf(
  facts: Facts,
  resource: Facts,
): { system: string; environment: string | undefined; route: string | undefined } {
  return {
    system: systemOf(resource),
    environment:
      facts.text(slots.environment) ??
      resource.text(slots.environment) ??
      resource.text(slots.otherEnvironment) ??
      facts.text(slots.otherEnvironment) ??
      resource.text(slots.stage),
    route:
      facts.text(slots.afteraiRoute) ??
      facts.text(slots.agentName) ??
      facts.text(slots.functionId) ??
      facts.text(slots.httpRoute) ??
      resource.text(slots.afteraiRoute),
  }
}

/** The request that a span tells of, or undefined where it tells of something else. */
export function callOf(facts: Facts, resource: Facts, span: SpanFrame, nowMs: number): CallReading | undefined {
  const request = requestKindOf(facts)
  if (request === undefined) return undefined
  const failed = span.failed || facts.text(slots.errorType) !== undefined || facts.text(slots.level) === 'error'
  const configuration = configurationOf(facts, failed)
  const { inputTokens, outputTokens, mostInput, mostOutput } = tokensOf(facts, configuration, request)
  const finishReason = facts.text(slots.finishReason)
  const { servedModel } = configuration
  const cost = priceOf(configuration, mostInput, mostOutput)
  const hasTokens = inputTokens !== undefined || outputTokens !== undefined
  const timed = span.startMs > 0 && span.durationMs >= 0 && span.durationMs <= longestCallMs
  const { system, environment, route } = placeOf(facts, resource)
  return {
    kind: 'call',
    request,
    spans: span.spans,
    span: span.span,
    system,
    environment,
    route,
    atMs: span.endMs || span.startMs || nowMs,
    configuration,
    revision: revisionOf(facts, resource),
    measurement: {
      isCall: true,
      latencyMs: timed ? span.durationMs : undefined,
      inputTokens,
      outputTokens,
      costUsd: hasTokens ? cost : undefined,
      score: undefined,
      finishReason,
      error: failed,
      refused: finishReason !== undefined && refusals.has(finishReason),
      agreed: undefined,
      // A request that failed was served by nobody.
      unidentified: !failed && servedModel === undefined,
      unpriced: hasTokens && cost === undefined,
      distinct: undefined,
    },
  }
}

/** Configurations come again and again: each is one object, by which the rest is grouped. */
const mostKnown = 4096
const known = new Map<string, CallConfiguration>()

const numbers = ['temperature', 'topP', 'topK', 'maxTokens', 'frequencyPenalty', 'presencePenalty'] as const
const words = ['serviceTier', 'reasoningEffort'] as const
const names = [
  'provider',
  'requestedModel',
  'servedModel',
  'eitherModel',
  'systemFingerprint',
  'prompt',
  'tools',
  'agentName',
  'agentVersion',
  'promptName',
  'promptVersion',
  'flagName',
  'flagVariant',
  'flagVersion',
] as const

/** The slots that a configuration is made of, and what they last held: one batch's calls are mostly made with the same. */
const parts = [...names, ...numbers, ...words].map((name) => slots[name])
const lastParts: (Fact | undefined)[] = parts.map(() => undefined)
let lastFailed = false
let last: CallConfiguration | undefined

function isLast(facts: Facts, failed: boolean): boolean {
  if (last === undefined || failed !== lastFailed) return false
  for (let index = 0; index < parts.length; index++) {
    if (facts.at(parts[index] ?? 0) !== lastParts[index]) return false
  }
  return true
}

/**
 * Some libraries put the served model and the requested one on the same attribute. There, only a name that differs from the one
 * asked for, on a request that didn't fail, tells what was served: a library that repeats the request would look like a change of the
 * provider.
 */
function configurationOf(facts: Facts, failed: boolean): CallConfiguration {
  if (last !== undefined && isLast(facts, failed)) return last
  last = findConfiguration(facts, failed)
  lastFailed = failed
  for (const [index, part] of parts.entries()) lastParts[index] = facts.at(part)
  return last
}

function findConfiguration(facts: Facts, failed: boolean): CallConfiguration {
  const either = facts.text(slots.eitherModel)
  const requestedModel = facts.text(slots.requestedModel) ?? either
  const provider = facts.text(slots.provider)
  const isServed = either !== undefined && !failed && !repeats(either, requestedModel, provider)
  const served = facts.text(slots.servedModel) ?? (isServed ? either : undefined)
  const servedModel = served !== undefined && saysNoModel(served) ? undefined : served
  const systemFingerprint = facts.text(slots.systemFingerprint)
  const [prompt, tools] = [facts.text(slots.prompt), facts.text(slots.tools)]
  // None of these has a space in it or is empty, so that what isn't told is like nothing that can be.
  let key = `${provider ?? ''} ${requestedModel ?? ''} ${servedModel ?? ''} ${systemFingerprint ?? ''} ${prompt ?? ''} ${tools ?? ''}`
  for (const name of numbers) key += ` ${facts.number(slots[name]) ?? ''}`
  for (const name of words) key += ` ${facts.text(slots[name]) ?? ''}`
  const agent = versioned(facts, slots.agentName, slots.agentVersion)
  const promptTemplate = versioned(facts, slots.promptName, slots.promptVersion)
  const flag = flagOf(facts)
  for (const it of [agent, promptTemplate, flag]) key += ` ${it?.name ?? ''} ${it?.version ?? ''}`
  key += ` ${flag?.variant ?? ''}`
  const there = known.get(key)
  if (there !== undefined) return there
  const made = {
    provider: provider?.replace(/\.(?:chat|responses|completion|embedding|messages)$/, ''),
    requestedModel,
    servedModel,
    systemFingerprint,
    inference: inferenceOf(facts),
    prompt,
    tools,
    agent,
    promptTemplate,
    flag,
  }
  if (known.size >= mostKnown) known.clear()
  known.set(key, made)
  return made
}

/** What has a version; by its name alone it says nothing that could move. */
function versioned(facts: Facts, name: number, version: number): VersionedName | undefined {
  const told = facts.text(version)
  return told === undefined ? undefined : { name: facts.text(name), version: told }
}

function flagOf(facts: Facts): CallConfiguration['flag'] {
  const name = facts.text(slots.flagName)
  const variant = facts.text(slots.flagVariant)
  const version = facts.text(slots.flagVersion)
  return name === undefined || (variant ?? version) === undefined ? undefined : { name, variant, version }
}

function revisionOf(facts: Facts, resource: Facts): string | undefined {
  return facts.text(slots.revision) ?? resource.text(slots.revision)
}

/** The agent that a span is the work of, if it tells a version: undefined for any other span. */
export function agentOf(facts: Facts, resource: Facts, atMs: number): AgentReading | undefined {
  if (facts.text(slots.agentVersion) === undefined) return undefined
  const agent = versioned(facts, slots.agentName, slots.agentVersion)
  const key = `${agent?.name ?? ''} ${agent?.version ?? ''}`
  const configuration: CallConfiguration = agents.get(key) ?? { ...noConfiguration, agent }
  if (agents.size >= mostKnown) agents.clear()
  agents.set(key, configuration)
  return { kind: 'agent', ...placeOf(facts, resource), atMs, configuration, revision: revisionOf(facts, resource) }
}

/** As calls, by which they are grouped. */
const agents = new Map<string, CallConfiguration>()

const noConfiguration = {
  provider: undefined,
  requestedModel: undefined,
  servedModel: undefined,
  systemFingerprint: undefined,
  inference: undefined,
  prompt: undefined,
  tools: undefined,
  promptTemplate: undefined,
  flag: undefined,
}

/** Whether a name is that of the request, in whatever form. */
function repeats(name: string, requestedModel: string | undefined, provider = ''): boolean {
  if (name === requestedModel || requestedModel === undefined) return true
  const asked = { provider, requestedModel }
  return isSame(sayingOf(name, asked), sayingOf(requestedModel, asked))
}

// Without the seed, which is another one for each request where it is used well.
function inferenceOf(facts: Facts): CallConfiguration['inference'] {
  let inference: Record<string, number | string> | undefined
  for (const name of numbers) {
    const value = facts.number(slots[name])
    if (value !== undefined) (inference ??= {})[name] = value
  }
  for (const name of words) {
    const value = facts.text(slots[name])
    if (value !== undefined) (inference ??= {})[name] = value
  }
  return inference
}
