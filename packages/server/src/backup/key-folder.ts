import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BackupError } from './backup-error.ts'
import type { KeyFile } from './items.ts'
import { syncFolder } from './new-file.ts'

/** A file name, and nothing that leads elsewhere. */
const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/

/** Every key file of an instance, without those that are just being made. */
export async function readKeyFiles(folder: string): Promise<KeyFile[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((it) => it.isFile() && fileName.test(it.name) && !it.name.endsWith('.new'))
  return Promise.all(
    names.map(async ({ name }) => ({
      kind: 'key' as const,
      name,
      content: await readFile(join(folder, name), 'base64'),
    })),
  )
}

/**
 * Puts key files into a folder that holds none but the very same. Answers how to take them out again.
 * @throws BackupError `not_empty`
 */
export async function putKeyFiles(folder: string, files: readonly KeyFile[]): Promise<() => Promise<void>> {
  const held = existsSync(folder) ? await readKeyFiles(folder) : []
  const isSame = ({ name, content }: KeyFile): boolean =>
    files.some((file) => file.name === name && file.content === content)
  if (!held.every(isSame))
    throw new BackupError('not_empty', `${folder} holds keys of another instance.`, {
      fix: 'Name an empty directory in AFTERAI_KEY_DIR.',
    })
  const isNew = !existsSync(folder)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const missing = files.filter(({ name }) => !held.some((file) => file.name === name))
  for (const { name, content } of missing) {
    if (!fileName.test(name)) throw new Error('a key file of the backup has a name that leads elsewhere')
    await writeFile(join(folder, name), Buffer.from(content, 'base64'), { mode: 0o600, flag: 'wx', flush: true })
  }
  await syncFolder(folder)
  return async () => {
    for (const { name } of missing) await rm(join(folder, name), { force: true })
    if (isNew) await rm(folder, { recursive: true, force: true })
  }
}
