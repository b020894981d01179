import { InvalidField } from '../names.ts'
import { fields, type Kinds } from './fields.ts'

/** A configuration as the contract has it. */
export type Configuration = Readonly<Record<string, unknown>>

const versioned = { name: 'name!', version: 'version', digest: 'digest' } as const

/** The parts of a configuration: objects of fields, and sets of such objects with the most that they may hold. */
const objects: Readonly<Record<string, Kinds>> = {
  model: { provider: 'name', name: 'modelName!', servedName: 'modelName', systemFingerprint: 'name' },
  inference: {
    temperature: 'number',
    topP: 'number',
    topK: 'number',
    maxTokens: 'integer',
    frequencyPenalty: 'number',
    presencePenalty: 'number',
    seed: 'integer',
    serviceTier: 'name',
    reasoningEffort: 'name',
  },
  agent: { name: 'name', version: 'version' },
  infrastructure: { region: 'name', gateway: 'name', gatewayVersion: 'version', packages: 'any' },
  evaluation: { datasets: 'any', judges: 'any', scorers: 'any' },
}
const sets: Readonly<Record<string, readonly [most: number, kinds: Kinds]>> = {
  prompts: [64, versioned],
  tools: [
    256,
    {
      ...versioned,
      digest: 'digest!',
      server: 'name',
      serverVersion: 'version',
      readOnly: 'boolean',
      destructive: 'boolean',
      idempotent: 'boolean',
      openWorld: 'boolean',
    },
  ],
  retrieval: [
    64,
    { ...versioned, embeddingModel: 'modelName', chunkSize: 'count', chunkOverlap: 'count', topK: 'count' },
  ],
  guardrails: [64, versioned],
  postProcessing: [64, versioned],
  data: [64, versioned],
  flags: [64, { name: 'name!', variant: 'name', version: 'version' }],
  'infrastructure.packages': [128, { name: 'packageName!', version: 'version' }],
  'evaluation.datasets': [64, versioned],
  'evaluation.judges': [64, { ...versioned, model: 'modelName' }],
  'evaluation.scorers': [64, versioned],
}

/**
 * The configuration of an identity, checked: what isn't of the form that the contract asks for never leaves.
 * @throws {InvalidField}
 */
export function configurationOf(identity: string): Configuration {
  const { v: _version, ...parts } = JSON.parse(identity) as Configuration
  for (const [part, value] of Object.entries(parts)) check(part, value)
  return parts
}

function check(part: string, value: unknown): void {
  const kinds = objects[part]
  if (kinds !== undefined) {
    for (const [key, member] of Object.entries(fields(value, part, kinds)))
      if (kinds[key] === 'any') check(`${part}.${key}`, member)
    return
  }
  const [most, ofEach] = sets[part] ?? [0, {}]
  if (!Array.isArray(value) || value.length > most) throw new InvalidField(part)
  for (const each of value as unknown[]) fields(each, part, ofEach)
}
