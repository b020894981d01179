import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import { withFileLock } from '../credentials/file-lock.ts'
import { writeInPrivateFolder } from '../private-file.ts'

const seenSchema = z.strictObject({ vkey: z.string(), checkpoint: z.string() })

/** The newest checkpoint of a log that was verified here, and the key that it was verified with. */
export type SeenCheckpoint = z.infer<typeof seenSchema>

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** By address of the server, then by origin of the log. */
  servers: z.record(z.string(), z.record(z.string(), seenSchema)),
})

/** Which log of which server. */
export interface LogName {
  readonly path: string
  readonly url: string
  readonly origin: string
}

/** Replaces what is remembered of a log by what `next` makes of it, while no other command can. What `next` throws changes nothing. */
export async function rememberCheckpoint(
  { path, url, origin }: LogName,
  next: (seen: SeenCheckpoint | undefined) => Promise<SeenCheckpoint | undefined>,
): Promise<SeenCheckpoint | undefined> {
  return withFileLock(`${path}.lock`, async () => {
    const { servers } = await readSeen(path)
    const seen = await next(servers[url]?.[origin])
    if (seen !== undefined)
      await writeInPrivateFolder(path, {
        version: 1,
        servers: { ...servers, [url]: { ...servers[url], [origin]: seen } },
      })
    return seen
  })
}

/** The origins of a server's logs that are remembered. */
export async function knownOrigins(path: string, url: string): Promise<string[]> {
  return Object.keys((await readSeen(path)).servers[url] ?? {})
}

/** Reads the checkpoints remembered of a log, under every address that it was seen at: whoever runs one can be reached at several. */
export async function seenAnywhere(path: string, origin: string): Promise<SeenCheckpoint[]> {
  const { servers } = await readSeen(path)
  const logs = Object.values(servers).flatMap((of) => Object.entries(of))
  return logs.filter(([name]) => name === origin).map(([, seen]) => seen)
}

async function readSeen(path: string): Promise<z.infer<typeof fileSchema>> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new CommandFailure('failed', `What was seen of logs cannot be read: ${path} (${error.code}).`, {
      cause: error,
    })
  })
  if (text === undefined) return { version: 1, servers: {} }
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch {
    throw new CommandFailure('failed', `What was seen of logs is damaged: ${path}.`, {
      remedy: 'Restore the file from a backup. To forget all logs that were seen, remove it.',
    })
  }
}
