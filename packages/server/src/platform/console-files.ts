import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { release } from './release.ts'

/** Where the console lies once it is built: beside the server's package, of its sources and of the built program alike. */
export const builtConsole: URL = new URL('../../../console/dist/', import.meta.url)

/** Bytes of a file as they are sent, and the tag that tells them from any others (RFC 9110 §8.8.3). */
interface Representation {
  readonly bytes: Buffer
  readonly tag: string
}

/** A file of the console: as it is, and compressed where the build left that beside it. */
export interface ConsoleFile {
  readonly type: string
  readonly plain: Representation
  readonly brotli: Representation | undefined
}

/** The console as it was built, read once: a server serves the files of one build from its start to its end. */
export interface Console {
  /** The page that all of its addresses get. */
  readonly page: ConsoleFile
  /** Reads the rest, once: a server calls it when it has started, since its start waits for nothing that nobody has asked for. */
  read(): Promise<ReadonlyMap<string, ConsoleFile>>
}

/** Opens a built console; undefined where there is none. A link in its folder is no file of it, wherever that leads. */
export async function openConsole(folder: URL): Promise<Console | undefined> {
  const path = fileURLToPath(folder)
  const page = await readConsoleFile(path, 'index.html')
  if (page === undefined) return undefined
  let files: ReturnType<typeof readAll> | undefined
  return { page, read: () => (files ??= readAll(path)) }
}

/** The name of what runs here, release and console together: the same on each server that runs the same, and says nothing else of it. */
export function releaseIdOf(console: Console | undefined): string {
  const hash = createHash('sha256').update(release)
  return hash
    .update(console?.page.plain.bytes ?? '')
    .digest('base64url')
    .slice(0, 16)
}

/** Files by their paths from the folder on, with slashes: nothing but what it held is found. */
async function readAll(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.br'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
  const files = new Map<string, ConsoleFile>()
  for (const name of names) {
    const file = await readConsoleFile(folder, name)
    if (file !== undefined) files.set(name, file)
  }
  return files
}

async function readConsoleFile(folder: string, name: string): Promise<ConsoleFile | undefined> {
  const [plain, brotli] = await Promise.all([name, `${name}.br`].map((it) => represent(join(folder, it))))
  return plain && { type: types[extname(name)] ?? 'application/octet-stream', plain, brotli }
}

async function represent(path: string): Promise<Representation | undefined> {
  try {
    const bytes = await readFile(path)
    return { bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Media types by the ends of names (IANA). */
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
