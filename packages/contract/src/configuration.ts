import { z } from 'zod'
import { keyedDigest, modelName, name, packageName, version } from './primitives.ts'

/** The model of a configuration: what was asked for and, where known, what the provider says it served. */
export const modelConfiguration = z.strictObject({
  provider: name.optional().meta({ description: '`gen_ai.provider.name`' }),
  name: modelName.meta({ description: '`gen_ai.request.model`' }),
  servedName: modelName.optional().meta({ description: '`gen_ai.response.model`' }),
  systemFingerprint: name.optional().meta({ description: '`openai.response.system_fingerprint`' }),
})

/** Sampling parameters, under OpenTelemetry's `gen_ai.request.*` names. */
export const inferenceConfiguration = z.strictObject({
  temperature: z.number().optional(),
  topP: z.number().optional(),
  topK: z.number().optional(),
  maxTokens: z.number().int().optional(),
  frequencyPenalty: z.number().optional(),
  presencePenalty: z.number().optional(),
  seed: z.number().int().optional(),
  serviceTier: name.optional(),
  reasoningEffort: name.optional(),
})

/** A set of named parts: none is told twice. */
function setOf<T extends z.ZodType<{ readonly name: string }>>(
  part: T,
  most: number,
  keyOf: (part: z.output<T>) => string = (it) => it.name,
): z.ZodArray<T> {
  return z
    .array(part)
    .max(most)
    .refine((parts) => new Set(parts.map(keyOf)).size === parts.length, { error: 'a name is used twice' })
}

/** A part that is told by its version, by the keyed digest of its text, or by both. */
const versionedPart = z.strictObject({ name, version: version.optional(), digest: keyedDigest.optional() })

const hint = z.boolean().optional()

/** A tool. Two servers may each have one of the same name: tools are told apart by both names. */
const toolPart = z.strictObject({
  name,
  digest: keyedDigest.meta({ description: 'Of its definition: name, description and schemas.' }),
  version: version.optional(),
  server: name.optional().meta({ description: 'The MCP server that offers it.' }),
  serverVersion: version.optional(),
  readOnly: hint.meta({ description: '`readOnlyHint`: the server says that it changes nothing.' }),
  destructive: hint.meta({ description: '`destructiveHint`' }),
  idempotent: hint.meta({ description: '`idempotentHint`' }),
  openWorld: hint.meta({ description: '`openWorldHint`: it reaches what lies outside of the server.' }),
})

const whole = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)

/** An index or a corpus that is searched. */
const retrievalPart = versionedPart.extend({
  embeddingModel: modelName.optional(),
  chunkSize: whole.optional(),
  chunkOverlap: whole.optional(),
  topK: whole.optional(),
})

/** What a system is evaluated with: it decides what an assessment can see. */
export const evaluationConfiguration = z.strictObject({
  datasets: setOf(versionedPart, 64).optional(),
  judges: setOf(versionedPart.extend({ model: modelName.optional() }), 64).optional(),
  scorers: setOf(versionedPart, 64).optional(),
})

/** Where a system runs, and by which libraries it speaks to its models. */
export const infrastructureConfiguration = z.strictObject({
  region: name.optional(),
  gateway: name.optional(),
  gatewayVersion: version.optional(),
  packages: setOf(z.strictObject({ name: packageName, version: version.optional() }), 128)
    .optional()
    .meta({ description: 'SDKs and frameworks.' }),
})

/** The agent that a system is. */
export const agentConfiguration = z.strictObject({
  name: name.optional().meta({ description: '`gen_ai.agent.name`' }),
  version: version.optional().meta({ description: '`gen_ai.agent.version`' }),
})

/** The configuration that a system runs with, as metadata alone: where text could stand there are names of a form, and keyed digests (P1.3). */
export const configuration = z
  .strictObject({
    model: modelConfiguration,
    prompts: setOf(versionedPart, 64).default([]),
    inference: inferenceConfiguration.default({}),
    tools: setOf(toolPart, 256, (it) => `${it.server ?? ''} ${it.name}`).default([]),
    agent: agentConfiguration.optional(),
    retrieval: setOf(retrievalPart, 64).optional(),
    guardrails: setOf(versionedPart, 64).optional(),
    postProcessing: setOf(versionedPart, 64).optional(),
    infrastructure: infrastructureConfiguration.optional(),
    data: setOf(versionedPart, 64).optional(),
    evaluation: evaluationConfiguration.optional(),
    flags: setOf(z.strictObject({ name, variant: name.optional(), version: version.optional() }), 64)
      .optional()
      .meta({ description: 'Feature flags: `feature_flag.key`, `.result.variant`, `.version`.' }),
  })
  .meta({ id: 'Configuration' })
/** What a system runs with, as metadata. */
export type Configuration = z.infer<typeof configuration>
