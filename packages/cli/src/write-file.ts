import { writeFile } from 'node:fs/promises'
import { CommandFailure } from './command-failure.ts'

/** How a file is written: over one that exists or not, and with which mode, before the umask, if it is new. */
export interface WriteOptions {
  readonly force?: boolean
  readonly mode?: number
}

/** Writes a file that a command was asked for. One that exists is left as it is, unless `force` says otherwise. */
export async function writeAsked(
  path: string,
  content: string | Uint8Array,
  { force, mode }: WriteOptions,
): Promise<void> {
  await writeFile(path, content, { flag: force === true ? 'w' : 'wx', mode: mode ?? 0o666 }).catch(
    (cause: NodeJS.ErrnoException) => {
      const exists = cause.code === 'EEXIST'
      throw new CommandFailure('failed', exists ? `${path} exists.` : `${path} cannot be written (${cause.code}).`, {
        ...(exists ? { remedy: 'Give --force to write over it.' } : {}),
        cause,
      })
    },
  )
}
