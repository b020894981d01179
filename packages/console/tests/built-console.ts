import { execFile } from 'node:child_process'
import { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const script = fileURLToPath(new URL('../../../scripts/build-console.ts', import.meta.url))

/** Folder of the built console, which is built first if a source is newer. In a process of its own: what a test's says it is for, the build would be for. */
export async function builtConsole(): Promise<string> {
  await promisify(execFile)(execPath, [script, '--if-older'], { env: {} })
  return fileURLToPath(new URL('../dist', import.meta.url))
}
