import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import type { Configuration, Observation } from '@afterai/contract'
import { CommandFailure } from '../command-failure.ts'
import { digestConfiguration, type DigestKey, filesOf, type ReadBytes } from './digest-files.ts'
import { type Commit, openRepository, type Repository } from './git-repository.ts'
import { type ConfigurationOptions, type LocalConfiguration, parseConfiguration } from './read-configuration.ts'

/** Options for reading the history of a system from a repository. */
export interface HistoryOptions extends ConfigurationOptions {
  readonly system: string
  readonly environment?: string
  /** A commit whose history is known already. */
  readonly since?: string
  /** The last commit that counts. */
  readonly revision?: string
}

/** The configurations that a system ran with, as a repository's history has them. */
export interface History {
  readonly observations: readonly Observation[]
  /** Commits whose files describe no configuration, with why. */
  readonly skipped: readonly { readonly revision: string; readonly reason: string }[]
  /** MCP servers that the files name. */
  readonly servers: readonly string[]
  readonly isShallow: boolean
}

interface Step {
  readonly commit: Commit
  readonly local: LocalConfiguration
}

/**
 * Reads what a system ran with from the commits that changed its configuration file, or a file that it names. Texts are digested
 * here; none leaves this machine.
 * @throws {CommandFailure} `usage` without `--from`, `failed` if there is no repository to read
 */
export async function readHistory(options: HistoryOptions, key: DigestKey): Promise<History> {
  const { from } = options
  if (from === undefined)
    throw new CommandFailure('usage', '--git needs --from FILE: the file in the repository that describes the system.')
  const file = resolve(from)
  const repository = await openRepository(file)
  const read = cachedReader(repository)
  const range = { since: options.since, until: options.revision ?? 'HEAD' }
  // Every file that the configuration ever named counts, also where the range begins later than the naming.
  const everNamed = (await readSteps({ repository, read, options, file }, { until: range.until }, [file])).steps
  const paths = new Set([file, ...everNamed.flatMap(({ local }) => filesOf(local))])
  const { steps, skipped } = await readSteps({ repository, read, options, file }, range, [...paths])
  const contents = await contentsOf(repository, steps)
  const observations: Observation[] = []
  let newest = 0
  for (const { commit, local } of steps) {
    try {
      const readThen: ReadBytes = async (path) => {
        const contentId = contents.get(`${commit.id}:${path}`)
        if (contentId === undefined) throw new CommandFailure('failed', `${path} is not in this commit.`)
        return read(contentId)
      }
      const configuration = await digestConfiguration(local, key, { read: readThen })
      // Clocks of committers differ; the order of the branch is what counts.
      newest = Math.max(newest, commit.at.getTime())
      observations.push(observationOf(options, { commit, configuration, observedAt: new Date(newest) }))
    } catch (error) {
      skipped.push(skip(commit, error))
    }
  }
  const servers = [...new Set(steps.flatMap(({ local }) => [...local.mcp.keys()]))]
  return { observations, skipped, servers, isShallow: repository.isShallow }
}

interface Reading {
  readonly repository: Repository
  readonly read: ReadBytes
  readonly options: HistoryOptions
  readonly file: string
}

/** The commits of a range that touch one of the paths, with the configuration that the file describes in each. */
async function readSteps(
  { repository, read, options, file }: Reading,
  range: Parameters<Repository['commits']>[1],
  paths: readonly string[],
): Promise<{ steps: Step[]; skipped: { revision: string; reason: string }[] }> {
  const commits = await repository.commits(paths, range)
  const contents = await repository.contents(commits.map((commit) => ({ commit, path: file })))
  const steps: Step[] = []
  const skipped: { revision: string; reason: string }[] = []
  for (const [index, commit] of commits.entries()) {
    const contentId = contents[index]
    // Before the file came, or after it went, the repository says nothing of the system.
    if (contentId === undefined) continue
    try {
      steps.push({ commit, local: parseConfiguration(options, Buffer.from(await read(contentId)).toString()) })
    } catch (error) {
      skipped.push(skip(commit, error))
    }
  }
  return { steps, skipped }
}

/** The content ids of all files that the steps name, by `commit:path`. */
async function contentsOf(repository: Repository, steps: readonly Step[]): Promise<ReadonlyMap<string, string>> {
  const pairs = steps.flatMap(({ commit, local }) => filesOf(local).map((path) => ({ commit, path })))
  const ids = await repository.contents(pairs)
  return new Map(
    pairs.flatMap(({ commit, path }, index) => {
      const contentId = ids[index]
      return contentId === undefined ? [] : [[`${commit.id}:${path}`, contentId] as const]
    }),
  )
}

function cachedReader(repository: Repository): ReadBytes {
  const contents = new Map<string, Promise<Uint8Array>>()
  return (contentId) => {
    const content = contents.get(contentId) ?? repository.read(contentId)
    contents.set(contentId, content)
    return content
  }
}

function skip({ id }: Commit, error: unknown): { revision: string; reason: string } {
  if (!(error instanceof CommandFailure)) throw error
  return { revision: id, reason: [error.message, ...error.lines].join(' ') }
}

function observationOf(
  { system, environment = 'production', from = '' }: HistoryOptions,
  step: { commit: Commit; configuration: Configuration; observedAt: Date },
): Observation {
  const { commit, configuration, observedAt } = step
  return {
    id: idOf([system, environment, from, commit.id]),
    system,
    environment,
    configuration,
    origin: 'import',
    revision: commit.id,
    observedAt: observedAt.toISOString(),
  }
}

/** The same commit has the same id, so that history that is told twice counts once (RFC 9562 §5.8). */
function idOf(parts: readonly string[]): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify(['afterai observe --git', ...parts]))
    .digest()
    .subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
