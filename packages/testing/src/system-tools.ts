import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** Where Debian's PostgreSQL was unpacked when it couldn't be installed; written by `scripts/prepare-tests.ts`. */
const unpackedTools = z.object({ root: z.string(), libraryPath: z.string() })

/** The file that tells where tools were unpacked. */
export const unpackedToolsFile = fileURLToPath(new URL('../../../.cache/debian/tools.json', import.meta.url))

/** Debian's PostgreSQL server programs. */
export interface DebianBinaries {
  readonly version: number
  readonly initdb: string
  readonly postgres: string
  readonly libraryPath?: string
}

/** The newest PostgreSQL of version 15 or later that Debian's packages brought, installed or unpacked; undefined if there is none. */
export function findDebianBinaries(): DebianBinaries | undefined {
  const installed = newestIn('/usr/lib/postgresql')
  if (installed !== undefined) return installed
  if (!existsSync(unpackedToolsFile)) return undefined
  const { root, libraryPath } = unpackedTools.parse(JSON.parse(readFileSync(unpackedToolsFile, 'utf8')))
  const unpacked = newestIn(join(root, 'usr/lib/postgresql'))
  return unpacked === undefined ? undefined : { ...unpacked, libraryPath }
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
