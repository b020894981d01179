import { finishReasons } from './finish-reasons.ts'
import type { Slot, ValueKind } from './slots.ts'

/** One attribute that may pass, and what becomes of it. */
export interface AllowedAttribute {
  readonly name: string
  readonly slot: Slot
  readonly kind: ValueKind
}

const allow = (slot: Slot, kind: ValueKind, ...names: readonly string[]): AllowedAttribute[] =>
  names.map((name) => ({ name, slot, kind }))

/**
 * Attributes that people use for the environment: OpenTelemetry's names in another spelling, names of their own, Elastic's, Sentry's and Datadog's. They count
 * where OpenTelemetry's don't stand: an environment that is given never counts as the one of what gives none.
 */
const otherEnvironments: readonly string[] = [
  'deployment_environment_name',
  'deployment_environment',
  'deployment_env_name',
  'deployment_env',
  'environment_name',
  'environment',
  'env_name',
  'env',
  'service_environment',
  'service_env',
  'application_environment',
  'application_env',
  'app_environment',
  'app_env',
  'sentry_environment',
  'dd_env',
]

/** Names of a stage of deployment. Of a resource alone: of a span, a stage may be one of its work. */
const stages: readonly string[] = [
  'deployment_stage_name',
  'deployment_stage',
  'service_stage',
  'application_stage',
  'app_stage',
  'stage_name',
  'stage',
]

/** What has names that people write in their own way: in any case, with any of `.`, `_` and `-` between the words, or nothing. */
export const freelySpelt: ReadonlySet<Slot> = new Set<Slot>(['otherEnvironment', 'stage'])

/**
 * Every attribute that may pass; all else is dropped unread (P1.2). Of several names for one thing, the first wins.
 * `docs/reference/telemetry.md` is generated from this table. Capture that a tenant opts in to would widen what this table lets through
 * for one system and environment; nothing else decides what is read.
 */
export const allowedAttributes: readonly AllowedAttribute[] = [
  ...allow('serviceName', 'service', 'service.name'),
  ...allow(
    'environment',
    'environment',
    'deployment.environment.name',
    'deployment.environment',
    'langfuse.environment',
  ),
  ...allow('otherEnvironment', 'environment', ...otherEnvironments),
  ...allow('stage', 'environment', ...stages),
  ...allow('afteraiRoute', 'route', 'afterai.route'),
  ...allow('agentName', 'agent', 'gen_ai.agent.name'),
  ...allow('agentVersion', 'version', 'gen_ai.agent.version'),
  ...allow('functionId', 'agent', 'ai.telemetry.functionId'),
  ...allow('httpRoute', 'route', 'http.route'),
  ...allow('operation', 'operation', 'gen_ai.operation.name', 'llm.request.type'),
  ...allow('aiOperation', 'operation', 'ai.operationId'),
  ...allow('spanKind', 'operation', 'openinference.span.kind', 'traceloop.span.kind'),
  ...allow('observationType', 'operation', 'langfuse.observation.type'),
  ...allow(
    'provider',
    'name',
    'gen_ai.provider.name',
    'gen_ai.system',
    'llm.provider',
    'llm.system',
    'ai.model.provider',
  ),
  ...allow(
    'requestedModel',
    'model',
    'gen_ai.request.model',
    'llm.request.model',
    'ai.model.id',
    // Langfuse overwrites the requested name with the served one; an app can say here what it asked for.
    'langfuse.observation.metadata.requestedModel',
  ),
  ...allow('servedModel', 'model', 'gen_ai.response.model', 'llm.response.model', 'ai.response.model'),
  ...allow('eitherModel', 'model', 'llm.model_name', 'embedding.model_name', 'langfuse.observation.model.name'),
  ...allow(
    'systemFingerprint',
    'name',
    'openai.response.system_fingerprint',
    'gen_ai.openai.response.system_fingerprint',
    'gen_ai.response.system_fingerprint',
  ),
  ...allow('serviceTier', 'name', 'openai.request.service_tier', 'gen_ai.openai.request.service_tier'),
  ...allow('servedTier', 'name', 'openai.response.service_tier', 'gen_ai.openai.response.service_tier'),
  ...allow('temperature', 'number', 'gen_ai.request.temperature', 'llm.temperature', 'ai.settings.temperature'),
  ...allow('topP', 'number', 'gen_ai.request.top_p', 'llm.top_p', 'ai.settings.topP'),
  ...allow('topK', 'number', 'gen_ai.request.top_k', 'llm.top_k', 'ai.settings.topK'),
  ...allow(
    'maxTokens',
    'integer',
    'gen_ai.request.max_tokens',
    'llm.request.max_tokens',
    'ai.settings.maxOutputTokens',
    'ai.settings.maxTokens',
  ),
  ...allow(
    'frequencyPenalty',
    'number',
    'gen_ai.request.frequency_penalty',
    'llm.frequency_penalty',
    'ai.settings.frequencyPenalty',
  ),
  ...allow(
    'presencePenalty',
    'number',
    'gen_ai.request.presence_penalty',
    'llm.presence_penalty',
    'ai.settings.presencePenalty',
  ),
  ...allow('seed', 'integer', 'gen_ai.request.seed', 'ai.settings.seed'),
  ...allow('reasoningEffort', 'name', 'gen_ai.request.reasoning.level', 'gen_ai.request.reasoning_effort'),
  ...allow(
    'inputTokens',
    'integer',
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
    'ai.usage.tokens',
  ),
  ...allow(
    'outputTokens',
    'integer',
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ),
  // Semantic conventions (opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai), Traceloop, OpenInference, Vercel's AI SDK.
  ...allow(
    'cacheReadTokens',
    'integer',
    'gen_ai.usage.cache_read.input_tokens',
    'gen_ai.usage.cache_read_input_tokens',
    'gen_ai.usage.input_tokens.cached',
    'llm.token_count.prompt_details.cache_read',
    'ai.usage.cachedInputTokens',
    'ai.usage.inputTokenDetails.cacheReadTokens',
  ),
  ...allow(
    'cacheWriteTokens',
    'integer',
    'gen_ai.usage.cache_creation.input_tokens',
    'gen_ai.usage.cache_creation_input_tokens',
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.usage.input_tokens.cache_write',
    'llm.token_count.prompt_details.cache_write',
    'ai.usage.inputTokenDetails.cacheWriteTokens',
  ),
  ...allow(
    'reasoningTokens',
    'integer',
    'gen_ai.usage.reasoning.output_tokens',
    'gen_ai.usage.reasoning_tokens',
    'llm.token_count.completion_details.reasoning',
    'ai.usage.reasoningTokens',
    'ai.usage.outputTokenDetails.reasoningTokens',
  ),
  ...allow(
    'totalTokens',
    'integer',
    'gen_ai.usage.total_tokens',
    'llm.usage.total_tokens',
    'llm.token_count.total',
    'ai.usage.totalTokens',
  ),
  ...allow(
    'finishReason',
    'finishReason',
    'gen_ai.response.finish_reasons',
    'gen_ai.response.finish_reason',
    'llm.response.finish_reason',
    'llm.finish_reason',
    'ai.response.finishReason',
  ),
  ...allow('errorType', 'presence', 'error.type'),
  ...allow('level', 'level', 'langfuse.observation.level'),
  ...allow('prompt', 'digest', 'gen_ai.system_instructions', 'langfuse.observation.metadata.instructions'),
  ...allow('tools', 'digest', 'gen_ai.tool.definitions', 'ai.prompt.tools'),
  ...allow('promptName', 'name', 'gen_ai.prompt.name'),
  ...allow('promptVersion', 'version', 'gen_ai.prompt.version'),
  ...allow('flagName', 'name', 'feature_flag.key'),
  ...allow('flagVariant', 'name', 'feature_flag.result.variant', 'feature_flag.variant'),
  ...allow('flagVersion', 'version', 'feature_flag.version'),
  // What was deployed (opentelemetry.io/docs/specs/semconv/registry/attributes: vcs, cicd, deployment). A repository's address isn't among
  // them: it may hold a password.
  ...allow('revision', 'name', 'vcs.ref.head.revision', 'cicd.pipeline.run.id', 'deployment.id', 'deployment.name'),
  ...allow('tokenType', 'operation', 'gen_ai.token.type'),
  ...allow('scoreName', 'evaluation', 'gen_ai.evaluation.name'),
  ...allow('score', 'number', 'gen_ai.evaluation.score.value'),
  ...allow('scoreLabel', 'verdict', 'gen_ai.evaluation.score.label'),
  ...allow('eventName', 'operation', 'event.name'),
  // Read member by member; see json-members.ts.
  ...allow('temperature', 'parametersJson', 'llm.invocation_parameters', 'langfuse.observation.model.parameters'),
  ...allow('inputTokens', 'usageJson', 'langfuse.observation.usage_details'),
]

/** Labels of an evaluation that say whether it was passed; among them those that OpenTelemetry's conventions give as examples. */
export const verdicts = {
  pass: ['pass', 'passed', 'correct', 'relevant'],
  fail: ['fail', 'failed', 'incorrect', 'not_relevant', 'irrelevant'],
} as const

/** Words that an attribute of a closed list may hold; any other counts as none. */
export const vocabularies: Readonly<Record<'operation' | 'finishReason' | 'verdict' | 'level', readonly string[]>> = {
  operation: [
    'chat',
    'completion',
    'text_completion',
    'generate_content',
    'embeddings',
    'embedding',
    'rerank',
    // LiteLLM's, in `llm.request.type`.
    'acompletion',
    'atext_completion',
    'responses',
    'aresponses',
    'aembedding',
    'arerank',
    'invoke_agent',
    'create_agent',
    'execute_tool',
    'agent_step',
    // What else semantic conventions and agents' frameworks call a span, and is no request.
    'invoke_workflow',
    'retrieval',
    'plan',
    'fetch_response',
    'create_memory',
    'create_memory_store',
    'delete_memory',
    'delete_memory_store',
    'search_memory',
    'update_memory',
    'upsert_memory',
    'ai.generatetext',
    'ai.streamtext',
    'ai.generateobject',
    'ai.streamobject',
    'ai.embed',
    'ai.embedmany',
    'ai.rerank',
    'ai.toolcall',
    'ai.generatetext.dogenerate',
    'ai.streamtext.dostream',
    'ai.generateobject.dogenerate',
    'ai.streamobject.dostream',
    'ai.embed.doembed',
    'ai.embedmany.doembed',
    'ai.rerank.dorerank',
    'llm',
    'chain',
    'agent',
    'tool',
    'retriever',
    'reranker',
    'guardrail',
    'evaluator',
    'prompt',
    'unknown',
    'workflow',
    'task',
    'generation',
    'span',
    'event',
    'input',
    'output',
    'gen_ai.evaluation.result',
    'gen_ai.client.inference.operation.details',
  ],
  finishReason: finishReasons,
  verdict: [...verdicts.pass, ...verdicts.fail],
  level: ['debug', 'default', 'warning', 'error'],
}

/** Longest text that is read on an allowed attribute. Of JSON and of text that is digested, more. */
export const longestText = 256
/** Longest text that is read as a number, in characters. */
export const longestNumber = 32
/** Longest text that is read as JSON, in characters. */
export const longestJson = 16_384
/** Longest text that is digested, in characters. */
export const longestDigested = 1_048_576
