import { execFile } from 'node:child_process'
import { realpath } from 'node:fs/promises'
import { dirname, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { CommandFailure } from '../command-failure.ts'

const execute = promisify(execFile)
/** The longest answer of git that is read: a list of commits, or one file. */
const mostBytes = 64 * 1024 * 1024

/** One commit of a branch's own line. */
export interface Commit {
  readonly id: string
  /** When it was committed, in UTC. */
  readonly at: Date
}

/** A repository, read and never written. Paths are absolute, as in the working tree. */
export interface Repository {
  /** Whether older commits were left out of this clone. */
  readonly isShallow: boolean
  /** Commits up to `until`, and not those that `since` knows, that change one of the paths; oldest first. */
  commits(paths: readonly string[], range: { since?: string | undefined; until: string }): Promise<Commit[]>
  /** The id of the content that a commit has at a path, for each pair in turn; undefined where it has no file there. */
  contents(pairs: readonly { commit: Commit; path: string }[]): Promise<(string | undefined)[]>
  /** The bytes of a content. */
  read(contentId: string): Promise<Uint8Array>
}

/**
 * Opens the repository that holds `path`.
 * @throws {CommandFailure} `failed` if there is none, or no git
 */
export async function openRepository(path: string): Promise<Repository> {
  const root = (await git(dirname(resolve(path)), ['rev-parse', '--show-toplevel'])).toString().trimEnd()
  const isShallow = (await git(root, ['rev-parse', '--is-shallow-repository'])).toString().trim() === 'true'
  return {
    isShallow,
    async commits(paths, { since, until }) {
      const revisions = [
        await commitId(root, until),
        ...(since === undefined ? [] : [`^${await commitId(root, since)}`]),
      ]
      const inside = await Promise.all(paths.map((it) => withinRoot(root, it)))
      // A merge counts where it changes its own branch; what it brings in happened elsewhere, before.
      const list = ['log', '--first-parent', '--reverse', '--format=%H %ct', ...revisions, '--', ...inside]
      const lines = (await git(root, list)).toString().split('\n').filter(Boolean)
      return lines.map((line) => {
        const [id = '', seconds] = line.split(' ')
        return { id, at: new Date(Number(seconds) * 1000) }
      })
    },
    async contents(pairs) {
      const inside = new Map<string, string>()
      for (const { path } of pairs) if (!inside.has(path)) inside.set(path, await withinRoot(root, path))
      const names = pairs.map(({ commit, path }) => `${commit.id}:${inside.get(path) ?? ''}\n`)
      const check = ['cat-file', '--batch-check=%(objecttype) %(objectname)']
      const lines = (await git(root, check, { input: names.join('') })).toString().split('\n')
      return pairs.map((_, index) => /^blob ([0-9a-f]+)$/.exec(lines[index] ?? '')?.[1])
    },
    read: (contentId) => git(root, ['cat-file', 'blob', contentId]),
  }
}

async function commitId(root: string, revision: string): Promise<string> {
  // What begins with a dash is an option to git, wherever it stands.
  if (revision.startsWith('-')) throw noCommit(revision)
  const found = await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], {
    failure: () => noCommit(revision),
  })
  return found.toString().trim()
}

function noCommit(revision: string): CommandFailure {
  return new CommandFailure('failed', `The repository has no commit ${JSON.stringify(revision)}.`, {
    remedy: 'Name a commit, a branch or a tag that this clone has; in CI, fetch the whole history.',
  })
}

async function withinRoot(root: string, path: string): Promise<string> {
  const folder = await realpath(dirname(path)).catch(() => dirname(path))
  const inside = relative(await realpath(root), resolve(folder, path.slice(dirname(path).length + 1)))
  if (inside.startsWith(`..${sep}`) || inside === '..' || inside.includes('\n'))
    throw new CommandFailure('failed', `${JSON.stringify(path)} is outside of the repository ${root}.`)
  return inside.split(sep).join('/')
}

async function git(
  folder: string,
  args: readonly string[],
  { input, failure }: { input?: string; failure?: () => CommandFailure } = {},
): Promise<Buffer> {
  const options = { encoding: 'buffer', maxBuffer: mostBytes, env: readOnlyEnvironment } as const
  try {
    // Paths are names, never patterns.
    const running = execute('git', ['--literal-pathspecs', '-C', folder, ...args], options)
    // A git that ends early closes its input; how it ended tells why.
    running.child.stdin?.on('error', () => undefined)
    running.child.stdin?.end(input)
    return (await running).stdout
  } catch (cause) {
    throw failure?.() ?? gitFailure(folder, cause)
  }
}

/** Nothing of the caller's environment can point git at another repository, run a program of theirs, or ask for a password. */
const readOnlyEnvironment = {
  PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
  LC_ALL: 'C',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_LAZY_FETCH: '1',
}

function gitFailure(folder: string, cause: unknown): CommandFailure {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
    return new CommandFailure('failed', 'There is no git here.', { remedy: 'Install git.', cause })
  const stderr = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : ''
  return new CommandFailure('failed', `git could not read a repository in ${folder}.`, {
    lines: stderr.split('\n').slice(0, 1).filter(Boolean),
    remedy: 'Run it in a clone, on a file that the repository holds.',
    cause,
  })
}
