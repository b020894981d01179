import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { inferenceConfiguration, modelConfiguration, name } from '@afterai/contract'
import { parse } from 'yaml'
import { z } from 'zod'
import { CommandFailure, messageOf } from '../command-failure.ts'

/** A configuration whose prompts and tools are still files. */
export interface LocalConfiguration {
  readonly model: z.infer<typeof modelConfiguration>
  readonly inference: z.infer<typeof inferenceConfiguration>
  /** Absolute paths by name. */
  readonly prompts: ReadonlyMap<string, string>
  readonly tools: ReadonlyMap<string, string>
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
  /** `NAME=FILE` each. */
  readonly prompt?: readonly string[]
  readonly tool?: readonly string[]
}

const files = z.record(name, z.string().min(1)).default({})
const configurationFile = z.strictObject({
  model: modelConfiguration.partial().default({}),
  inference: inferenceConfiguration.default({}),
  prompts: files,
  tools: files,
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
  return {
    model: model.data,
    inference: { ...file.inference, ...inferenceOptions(options) },
    prompts: new Map([...inFolder(file.prompts, folder), ...namedFiles('--prompt', options.prompt ?? [])]),
    tools: new Map([...inFolder(file.tools, folder), ...namedFiles('--tool', options.tool ?? [])]),
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
    remedy: 'It holds model, inference, prompts and tools; see `afterai observe --help`.',
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

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}

function inFolder(paths: Readonly<Record<string, string>>, folder: string): [string, string][] {
  return Object.entries(paths).map(([key, path]) => [key, resolve(folder, path)])
}

function namedFiles(option: string, texts: readonly string[]): [string, string][] {
  return texts.map((text) => {
    const [key = '', ...rest] = text.split('=')
    const path = rest.join('=')
    if (!name.safeParse(key).success || path === '')
      throw new CommandFailure('usage', `${option} takes NAME=FILE, like ${option} answer=prompts/answer.txt.`)
    return [key, resolve(path)]
  })
}
