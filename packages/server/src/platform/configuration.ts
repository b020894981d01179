import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { crossFaults, type Fault } from './configuration-rules.ts'
import { clientVariables, configurationTable, type ConfigurationValues, type Setting } from './configuration-table.ts'
import { readSecretFile } from './secret-file.ts'
import { closestTo } from './spelling.ts'

export type { Fault } from './configuration-rules.ts'

/** The variables a process was started with, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Which database the server runs on. URLs hold passwords: never for a log. */
export type DatabaseChoice =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'external'; readonly url: string; readonly ownerUrl: string | undefined }

/** Everything the server may be told from outside, understood and found safe together. Frozen. */
export type Configuration = Readonly<
  Omit<ConfigurationValues, 'databaseUrl' | 'databaseOwnerUrl' | 'publicUrl' | 'keyDir'>
> & {
  readonly database: DatabaseChoice
  /** An origin without a trailing slash; undefined stands for the address it listens on. */
  readonly publicUrl: string | undefined
  readonly keyDir: string
}

/** The exit code of a process that was configured wrongly: EX_CONFIG of sysexits.h. */
export const exitCodeOfBadConfiguration = 78

/** The configuration that an environment describes, or everything that is wrong with it. */
export function readConfiguration(
  env: Environment,
):
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly faults: readonly Fault[] } {
  const faults = unknownVariables(env)
  const values = readValues(env, faults)
  const faulty = new Set(faults.map(({ variable }) => variable.replace(/_FILE$/, '')))
  faults.push(...crossFaults(values).filter(({ variable }) => !faulty.has(variable)))
  if (faults.length > 0) return { ok: false, faults }
  return { ok: true, configuration: compose(values as ConfigurationValues) }
}

/** The configuration of a server that is told nothing. */
export function defaultConfiguration(): Configuration {
  const read = readConfiguration({})
  if (!read.ok) throw new Error(formatFaults(read.faults))
  return read.configuration
}

/** Ends the process with exit code 78 after listing every fault on standard error. */
export function refuseToStart(faults: readonly Fault[]): never {
  // Written synchronously, since the process ends at once.
  writeSync(process.stderr.fd, formatFaults(faults))
  process.exit(exitCodeOfBadConfiguration)
}

/** The faults as text for a terminal. */
export function formatFaults(faults: readonly Fault[]): string {
  const count = faults.length === 1 ? 'one thing is wrong' : `${faults.length} things are wrong`
  const list = faults.map(({ variable, problem, fix }) => `\n  ${variable}\n    ${problem}\n    ${fix}\n`)
  return `AfterAI didn't start: ${count} with its configuration.\n${list.join('')}`
}

function compose({ databaseUrl, databaseOwnerUrl, publicUrl, keyDir, ...rest }: ConfigurationValues): Configuration {
  return Object.freeze({
    ...rest,
    listen: Object.freeze(rest.listen),
    keyDir: keyDir ?? join(rest.dataDir, 'keys'),
    publicUrl: publicUrl?.origin,
    database: Object.freeze(
      databaseUrl === undefined
        ? { kind: 'embedded' }
        : { kind: 'external', url: databaseUrl.url, ownerUrl: databaseOwnerUrl?.url },
    ),
  })
}

/** Reads the values that can be understood. Adds a fault for each variable that can't. */
function readValues(env: Environment, faults: Fault[]): Partial<ConfigurationValues> {
  const production = env['AFTERAI_MODE'] === 'production'
  const values: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries<Setting<unknown>>(configurationTable)) {
    const text = setting.secret ? readSecret(env, setting.variable, production) : env[setting.variable]
    if (typeof text === 'object') faults.push(text)
    else {
      const value = understand(setting, text)
      if (isFault(value)) faults.push(value)
      else values[key] = value
    }
  }
  return values
}

function understand(setting: Setting<unknown>, text: string | undefined): unknown {
  const { variable, kind } = setting
  const given = text ?? setting.default
  if (given === undefined) return undefined
  const value = kind.read(given)
  if (value !== undefined) return value
  const problem = given === '' ? 'It is empty.' : `It isn't ${kind.accepts}.`
  const unset = setting.default ?? setting.defaultMeaning
  return {
    variable,
    problem,
    fix: `Set it to ${kind.accepts}, such as ${kind.example}, or unset it for the default: ${unset}.`,
  }
}

function readSecret(env: Environment, variable: string, production: boolean): string | undefined | Fault {
  const path = env[`${variable}_FILE`]
  if (path === undefined) return env[variable]
  if (env[variable] !== undefined) {
    return { variable, problem: `It is set, and so is ${variable}_FILE.`, fix: 'Unset one of the two.' }
  }
  const content = readSecretFile(path, { ownerOnly: production })
  return content.ok ? content.text : { variable: `${variable}_FILE`, problem: content.problem, fix: content.fix }
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'problem' in value
}

const prefix = 'AFTERAI_'

function bare(variable: string): string {
  return variable.slice(prefix.length)
}

function unknownVariables(env: Environment): Fault[] {
  const settings: Setting<unknown>[] = Object.values(configurationTable)
  const known = settings.flatMap(({ variable, secret }) => (secret ? [variable, `${variable}_FILE`] : [variable]))
  const names = Object.keys(env).filter((name) => name.startsWith(prefix) && env[name] !== undefined)
  const unknown = names.filter((name) => !known.includes(name) && !clientVariables.includes(name))
  return unknown.toSorted().map((variable) => {
    const meant = closestTo(bare(variable), known.map(bare))
    const fix =
      meant === undefined
        ? 'Unset it; the names are in docs/reference/configuration.md.'
        : `Did you mean ${prefix}${meant}?`
    return { variable, problem: 'AfterAI has no such variable.', fix }
  })
}
