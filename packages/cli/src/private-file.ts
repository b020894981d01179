import { chmod, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a private file into a folder of AfterAI's own, which is made, and made private. */
export async function writeInPrivateFolder(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await chmod(dirname(path), 0o700)
  await writePrivateFile(path, value)
}

/**
 * Writes a value as JSON into a file of the user's alone, whole or not at all: a reader sees the old file or the new one, and a crash
 * leaves either. Its folder stays as it is.
 */
export async function writePrivateFile(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${globalThis.crypto.randomUUID()}`
  try {
    await using file = await open(temporary, 'wx', 0o600)
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`)
    await file.sync()
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
