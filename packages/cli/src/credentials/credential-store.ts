import { chmod, readFile, stat } from 'node:fs/promises'
import { sessionView } from '@afterai/contract'
import { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { Settings } from '../settings.ts'
import { withFileLock } from './file-lock.ts'
import { writeInPrivateFolder } from '../private-file.ts'

/** A signed-in session, as it is kept. */
export type StoredSession = z.infer<typeof sessionView>

const credentialFile = z.object({
  version: z.literal(1),
  servers: z.record(z.string(), z.record(z.string(), sessionView)),
})
type CredentialFile = z.infer<typeof credentialFile>

/** The session of one profile at one server. */
export interface CredentialStore {
  readonly read: () => Promise<StoredSession | undefined>
  /**
   * Replaces the session by what `next` makes of it, while no other command can: `undefined` forgets it.
   * `next` is given the session as it is once the lock is held.
   */
  readonly update: (
    next: (session: StoredSession | undefined) => Promise<StoredSession | undefined>,
  ) => Promise<StoredSession | undefined>
}

/** The store that these settings name. */
export function credentialStore({ url, profile, credentialsFile: path }: Settings): CredentialStore {
  const read = async (): Promise<StoredSession | undefined> => (await readFileAt(path)).servers[url]?.[profile]
  return {
    read,
    update: (next) =>
      withFileLock(`${path}.lock`, async () => {
        const session = await next(await read())
        // Read again: it holds other profiles, and `next` may have taken its time.
        const { servers } = await readFileAt(path)
        const { [profile]: _replaced, ...others } = servers[url] ?? {}
        const profiles = session ? { ...others, [profile]: session } : others
        await writeInPrivateFolder(path, { version: 1, servers: { ...servers, [url]: profiles } })
        return session
      }),
  }
}

async function readFileAt(path: string): Promise<CredentialFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new CommandFailure('failed', `Credentials cannot be read: ${path} (${error.code}).`, { cause: error })
  })
  if (text === undefined) return { version: 1, servers: {} }
  // A file that others may read was copied or restored carelessly; it is closed before it is used.
  if (((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o600)
  try {
    return credentialFile.parse(JSON.parse(text))
  } catch {
    throw new CommandFailure('failed', `The credentials file is damaged: ${path}.`, {
      remedy: 'Remove it and sign in again.',
    })
  }
}
