/**
 * Names under which dropped things are counted. A name can carry content, so it is never taken from what a client sends: what isn't on
 * this list counts under its namespace (`gen_ai.*`), or as `other`.
 */
export const droppedAttributes: readonly string[] = [
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.prompt',
  'gen_ai.completion',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.tool.call.id',
  'gen_ai.tool.name',
  'gen_ai.tool.type',
  'gen_ai.tool.description',
  'gen_ai.response.id',
  'gen_ai.conversation.id',
  'gen_ai.evaluation.explanation',
  'input.value',
  'output.value',
  'input.mime_type',
  'output.mime_type',
  'tool.name',
  'tool.parameters',
  'ai.prompt',
  'ai.prompt.messages',
  'ai.prompt.toolChoice',
  'ai.response.text',
  'ai.response.toolCalls',
  'ai.response.object',
  'ai.response.reasoning',
  'ai.response.id',
  'ai.response.providerMetadata',
  'ai.schema',
  'ai.value',
  'ai.values',
  'ai.embedding',
  'ai.embeddings',
  'ai.toolCall.args',
  'ai.toolCall.result',
  'ai.toolCall.name',
  'ai.toolCall.id',
  'traceloop.entity.input',
  'traceloop.entity.output',
  'langfuse.observation.input',
  'langfuse.observation.output',
  'langfuse.observation.status_message',
  'langfuse.observation.cost_details',
  'langfuse.trace.input',
  'langfuse.trace.output',
  'langfuse.trace.tags',
  'exception.message',
  'exception.stacktrace',
  'exception.type',
  'user.id',
  'session.id',
  'enduser.id',
  'db.query.text',
  'db.statement',
  'url.full',
  'url.query',
  'http.url',
  'server.address',
  'server.port',
  'service.version',
]

/** Namespaces, the longest first, under which what isn't on the list is counted. */
export const droppedNamespaces: readonly string[] = [
  'llm.input_messages.',
  'llm.output_messages.',
  'llm.tools.',
  'llm.prompts.',
  'embedding.embeddings.',
  'retrieval.documents.',
  'gen_ai.prompt.',
  'gen_ai.completion.',
  'ai.telemetry.metadata.',
  'ai.usage.',
  'ai.settings.',
  'ai.response.',
  'ai.request.',
  'langfuse.observation.metadata.',
  'langfuse.trace.metadata.',
  'gen_ai.usage.',
  'gen_ai.request.',
  'gen_ai.response.',
  'llm.token_count.',
  'traceloop.',
  'langfuse.',
  'telemetry.',
  'process.',
  'metadata.',
  'exception.',
  'gen_ai.',
  'openai.',
  'llm.',
  'ai.',
  'http.',
  'url.',
  'host.',
  'k8s.',
  'cloud.',
  'container.',
  'service.',
  'network.',
  'rpc.',
  'db.',
]

/** Fields that hold content or may, and are never read. */
export const droppedFields = [
  'span.trace_state',
  'span.events',
  'span.links',
  'span.status.message',
  'span.tokens',
  'span.enclosing',
  'span.unshared',
  'scope.attributes',
  'log.body',
  'log.event',
  'metric.exemplars',
  'metric.kind',
  'metric.other',
  'metric.operation',
  'entity_refs',
  'unknown_field',
  'wrong_type',
  'wrong_form',
  'too_long',
  'repeated',
  'json_member',
  'other',
] as const
/** A name under which fields that were dropped are counted. */
export type DroppedField = (typeof droppedFields)[number]
/** Why a value on an allowed attribute can't be kept. */
export type UnfitReason = 'wrong_type' | 'wrong_form' | 'too_long'

/** Every name that can be counted under. */
export const droppedNames: readonly string[] = [
  ...droppedAttributes,
  ...droppedNamespaces.map((prefix) => `${prefix}*`),
  ...droppedFields,
]

const fieldIndex = new Map(
  droppedFields.map((field, index) => [field, droppedAttributes.length + droppedNamespaces.length + index]),
)

/** How much of what was dropped, by the index of its name. */
export class Drops {
  readonly counts: Uint32Array = new Uint32Array(droppedNames.length)
  /** How many were counted, and under which index the last. */
  total = 0
  last = 0

  attribute(index: number): void {
    this.total += 1
    this.last = index
    this.counts[index] = (this.counts[index] ?? 0) + 1
  }

  field(field: DroppedField): void {
    this.attribute(fieldIndex.get(field) ?? droppedNames.length - 1)
  }
}

/** The index of the name under which an attribute that isn't allowed is counted. Names and namespaces as text; for JSON. */
export function droppedIndexOf(name: string): number {
  const exact = droppedAttributes.indexOf(name)
  if (exact >= 0) return exact
  const namespace = droppedNamespaces.findIndex((prefix) => name.startsWith(prefix))
  return namespace >= 0 ? droppedAttributes.length + namespace : droppedNames.length - 1
}
