import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { canReach, serverAccount } from '@afterai/embedded-postgres'

const checkoutCache = fileURLToPath(new URL('../../../.cache/debian', import.meta.url))

/**
 * Where `scripts/prepare-tests.ts` unpacks the Debian packages that the machine lacks: in the checkout, or, when root's tests run in a
 * closed home, where the account that PostgreSQL must run under can reach it.
 */
export const unpackedToolsDir = canReach(checkoutCache, serverAccount(checkoutCache))
  ? checkoutCache
  : '/var/cache/afterai-tests/debian'

const unpackedTools = z.object({ root: z.string(), libraryPath: z.string() })

/** The root of the unpacked packages and the search path of their libraries. */
export type UnpackedTools = z.infer<typeof unpackedTools>

/** Finds the packages that were unpacked; undefined where nothing had to be. */
export function findUnpackedTools(): UnpackedTools | undefined {
  const file = join(unpackedToolsDir, 'tools.json')
  return existsSync(file) ? unpackedTools.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** The variables with which programs find the unpacked commands, given the present `PATH`. */
export function toolEnvironment(path: string): Record<string, string> {
  const tools = findUnpackedTools()
  return tools === undefined
    ? {}
    : { PATH: `${path}:${join(tools.root, 'usr/bin')}`, LD_LIBRARY_PATH: tools.libraryPath }
}

/** Debian's syslog server and where its modules lie. */
export interface Rsyslog {
  readonly program: string
  readonly modules: string
  readonly libraryPath?: string
}

/** The syslog server that Debian's packages brought, installed or unpacked; undefined if there is none. */
export function findRsyslog(): Rsyslog | undefined {
  const tools = findUnpackedTools()
  const roots = [{ root: '/' }, ...(tools === undefined ? [] : [tools])]
  for (const { root, ...more } of roots) {
    const program = join(root, 'usr/sbin/rsyslogd')
    const libraries = join(root, 'usr/lib')
    if (!existsSync(program)) continue
    const modules = readdirSync(libraries)
      .map((architecture) => join(libraries, architecture, 'rsyslog'))
      .find((folder) => existsSync(folder))
    if (modules !== undefined) return { program, modules, ...more }
  }
  return undefined
}

/** Debian's PostgreSQL server programs. */
export interface DebianBinaries {
  readonly version: number
  readonly initdb: string
  readonly postgres: string
  readonly libraryPath?: string
}

/** The newest PostgreSQL of version 15 or later that Debian's packages brought, installed or unpacked; undefined if there is none. */
export function findDebianBinaries(): DebianBinaries | undefined {
  return newestIn('/usr/lib/postgresql') ?? unpackedBinaries()
}

function unpackedBinaries(): DebianBinaries | undefined {
  const tools = findUnpackedTools()
  if (tools === undefined) return undefined
  const binaries = newestIn(join(tools.root, 'usr/lib/postgresql'))
  return binaries && { ...binaries, libraryPath: tools.libraryPath }
}

function newestIn(directory: string): DebianBinaries | undefined {
  if (!existsSync(directory)) return undefined
  const versions = readdirSync(directory).map(Number)
  const usable = versions.filter(
    (version) => version >= 15 && existsSync(join(directory, String(version), 'bin/initdb')),
  )
  const version = usable.toSorted((a, b) => b - a)[0]
  if (version === undefined) return undefined
  const bin = join(directory, String(version), 'bin')
  return { version, initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

/** Debian's Chromium: its program, and where its libraries are when it was unpacked rather than installed. */
export interface ChromiumBinary {
  readonly path: string
  readonly libraryPath?: string
}

/** Chromium, installed or unpacked; undefined if there is none. */
export function findChromium(): ChromiumBinary | undefined {
  const program = 'usr/lib/chromium/chromium'
  if (existsSync(join('/', program))) return { path: join('/', program) }
  const tools = findUnpackedTools()
  if (tools === undefined || !existsSync(join(tools.root, program))) return undefined
  return { path: join(tools.root, program), libraryPath: tools.libraryPath }
}
