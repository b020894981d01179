import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import {
  agentConfiguration,
  configuration,
  inferenceConfiguration,
  infrastructureConfiguration,
  modelConfiguration,
  name,
  packageName,
  version,
} from '@afterai/contract'
import { parse } from 'yaml'
import { z } from 'zod'
import { CommandFailure, messageOf } from '../command-failure.ts'
import { type McpServer, mcpServer, mcpServersOf } from '../mcp/mcp-server.ts'
import { defined } from './defined.ts'

/** A named part of a configuration, whose text is still a file. */
export interface LocalPart {
  readonly name: string
  /** Absolute path. */
  readonly file?: string | undefined
  readonly [field: string]: unknown
}

/** A configuration whose texts are still files, and whose MCP servers weren't asked yet. */
export interface LocalConfiguration {
  readonly model: z.infer<typeof modelConfiguration>
  readonly inference: z.infer<typeof inferenceConfiguration>
  readonly prompts: readonly LocalPart[]
  readonly tools: readonly LocalPart[]
  /** The other parts: plain values, and sets of parts. */
  readonly others: Readonly<Record<string, unknown>>
  readonly mcp: ReadonlyMap<string, McpServer>
}

/** Options that describe a configuration. */
export interface ConfigurationOptions {
  readonly from?: string
  readonly model?: string
  readonly provider?: string
  readonly servedModel?: string
  readonly systemFingerprint?: string
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly maxTokens?: number
  readonly seed?: number
  readonly reasoningEffort?: string
  readonly agent?: string
  readonly agentVersion?: string
  /** `NAME=FILE` each. */
  readonly prompt?: readonly string[]
  readonly tool?: readonly string[]
  /** `NAME=COMMAND ARGUMENT...` and `NAME=URL` each. */
  readonly mcpCommand?: readonly string[]
  readonly mcpUrl?: readonly string[]
}

const path = z.string().min(1)

/** Parts by name, as a list. Where one is a text alone, that is its `alone`. */
const partsOf = (fields: z.ZodRawShape, { alone = 'file', named = name } = {}) =>
  z
    .record(
      named,
      z.preprocess((part) => (typeof part === 'string' ? { [alone]: part } : part), z.strictObject(fields)),
    )
    .transform((parts) => Object.entries(parts).map(([key, part]): LocalPart => ({ ...part, name: key })))

/** Parts of the contract, with a file in the place of the digest. */
const digested = (shape: z.ZodRawShape, isNeeded = false) => {
  const { name: _name, digest: _digest, ...fields } = shape
  return partsOf({ ...fields, file: isNeeded ? path : path.optional() })
}

const { prompts, tools, retrieval, guardrails, evaluation, flags } = configuration.shape
const versioned = digested(guardrails.unwrap().element.shape)
const { variant, version: flagVersion } = flags.unwrap().element.shape

const configurationFile = z.strictObject({
  model: modelConfiguration.partial().default({}),
  inference: inferenceConfiguration.default({}),
  prompts: digested(prompts.unwrap().element.shape).default([]),
  tools: digested(tools.unwrap().element.shape, true).default([]),
  agent: agentConfiguration.optional(),
  retrieval: digested(retrieval.unwrap().element.shape).optional(),
  guardrails: versioned.optional(),
  postProcessing: versioned.optional(),
  infrastructure: infrastructureConfiguration
    .extend({ packages: partsOf({ version: version.optional() }, { alone: 'version', named: packageName }).optional() })
    .optional(),
  data: versioned.optional(),
  evaluation: z
    .strictObject({
      datasets: versioned.optional(),
      judges: digested(evaluation.unwrap().shape.judges.unwrap().element.shape).optional(),
      scorers: versioned.optional(),
    })
    .optional(),
  flags: partsOf({ variant, version: flagVersion }, { alone: 'variant' }).optional(),
  mcp: z.record(name, mcpServer).default({}),
})

/**
 * The configuration that a file and options describe together: options win. Paths in the file are relative to the file.
 * @throws {CommandFailure} `usage` if something is missing or malformed, `failed` if the file can't be read
 */
export async function readConfiguration(options: ConfigurationOptions): Promise<LocalConfiguration> {
  const { from } = options
  return parseConfiguration(options, from === undefined ? undefined : await readText(from))
}

/**
 * The same, from the text of the file that `--from` names.
 * @throws {CommandFailure} `usage` if something is missing or malformed, `failed` if it isn't YAML
 */
export function parseConfiguration(options: ConfigurationOptions, text: string | undefined): LocalConfiguration {
  const { file, folder } = parseConfigurationFile(options.from, text)
  const model = modelConfiguration.safeParse({ ...file.model, ...modelOptions(options) })
  if (!model.success)
    throw new CommandFailure('usage', 'The model is missing or not a name.', {
      lines: faultsOf(model.error),
      remedy: 'Give --model NAME, or --from FILE with a model.',
    })
  const { inference, prompts, tools, mcp, model: _model, agent, ...others } = file
  const namedAgent = agentConfiguration.safeParse({ ...agent, ...agentOptions(options) })
  if (!namedAgent.success)
    throw new CommandFailure('usage', 'The agent is not a name.', { lines: faultsOf(namedAgent.error) })
  return {
    model: model.data,
    inference: { ...inference, ...inferenceOptions(options) },
    prompts: joined(inFolder(prompts, folder), namedFiles('--prompt', options.prompt ?? [])),
    tools: joined(inFolder(tools, folder), namedFiles('--tool', options.tool ?? [])),
    others: {
      ...(Object.keys(namedAgent.data).length === 0 ? {} : { agent: namedAgent.data }),
      ...(inFolder(others, folder) as object),
    },
    mcp: mcpServersOf(mcp, folder, options),
  }
}

function parseConfigurationFile(
  path: string | undefined,
  text: string | undefined,
): { file: z.infer<typeof configurationFile>; folder: string } {
  if (path === undefined || text === undefined) return { file: configurationFile.parse({}), folder: '.' }
  const read = configurationFile.safeParse(parseYaml(path, text))
  if (read.success) return { file: read.data, folder: dirname(path) }
  throw new CommandFailure('usage', `${path} does not describe a configuration.`, {
    lines: faultsOf(read.error),
    remedy: `It holds ${Object.keys(configurationFile.shape).join(', ')}; see docs/reference/configurations.md. Quote versions: 1.10 is a number, and would be 1.1.`,
  })
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
}

function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text) as unknown
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): CommandFailure {
  return new CommandFailure('failed', `${path} cannot be read.`, { lines: [firstLine(messageOf(cause))], cause })
}

/** YAML's messages quote the line they stumble over below the first: it may be a prompt. */
function firstLine(message: string): string {
  return message.split('\n')[0] ?? ''
}

function faultsOf(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `  /${path.map(String).join('/')}: ${message}`)
}

function modelOptions(options: ConfigurationOptions): Partial<LocalConfiguration['model']> {
  const { model, provider, servedModel, systemFingerprint } = options
  return defined({ name: model, provider, servedName: servedModel, systemFingerprint })
}

function inferenceOptions(options: ConfigurationOptions): LocalConfiguration['inference'] {
  const { temperature, topP, topK, maxTokens, seed, reasoningEffort } = options
  return defined({ temperature, topP, topK, maxTokens, seed, reasoningEffort })
}

function agentOptions({ agent, agentVersion }: ConfigurationOptions): z.infer<typeof agentConfiguration> {
  return defined({ name: agent, version: agentVersion })
}

/** The same value, with each file's path absolute. */
function inFolder<T>(value: T, folder: string): T {
  if (Array.isArray(value)) return value.map((it: unknown) => inFolder(it, folder)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [
      key,
      key === 'file' && typeof it === 'string' ? resolve(folder, it) : inFolder(it as unknown, folder),
    ]),
  ) as T
}

/** Parts sorted by name; of two with one name the later. */
function joined(before: readonly LocalPart[], later: readonly LocalPart[]): LocalPart[] {
  const parts = new Map([...before, ...later].map((part) => [part.name, part]))
  return [...parts.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function namedFiles(option: string, texts: readonly string[]): LocalPart[] {
  return texts.map((text) => {
    const [key = '', ...rest] = text.split('=')
    const path = rest.join('=')
    if (!name.safeParse(key).success || path === '')
      throw new CommandFailure('usage', `${option} takes NAME=FILE, like ${option} answer=prompts/answer.txt.`)
    return { name: key, file: resolve(path) }
  })
}
