import { readFile } from 'node:fs/promises'
import { decodeBase64, encodeBase64, followNumbers, type Frontier, type ProducerNumbers } from '@afterai/record'
import { z } from 'zod'
import { withFileLock } from '../credentials/file-lock.ts'
import { writeInPrivateFolder } from '../private-file.ts'

/** Of 32 bytes in Base64. */
const hashLength = 44
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const keptSchema = z
  .strictObject({
    vkey: z.string(),
    checkpoint: z.string(),
    size: count,
    edge: z.array(z.base64().length(hashLength)),
    checkpoints: count,
    producers: z.record(z.string(), z.strictObject({ count, ranges: z.array(z.tuple([count, count])) })),
    position: z.string(),
    at: z.iso.datetime(),
  })
  // A tree's right edge has a hash for each bit of its size that is set.
  .refine(({ size, edge }) => size.toString(2).replaceAll('0', '').length === edge.length)
const fileSchema = z.strictObject({
  version: z.literal(1),
  /** By address of the server, then by origin of the log. */
  servers: z.record(z.string(), z.record(z.string(), keptSchema)),
})
type FileContent = z.infer<typeof fileSchema>

/** The first entries of a log, verified one by one without a fault. */
export interface VerifiedPart {
  /** The key of the log, and a checkpoint that it signed and that covers these entries. */
  readonly vkey: string
  readonly checkpoint: string
  /** The right edge of the tree that the entries gave here: what is to be gone on from, and what binds the log to them. */
  readonly tree: Frontier
  readonly checkpoints: number
  readonly numbers: ProducerNumbers
  /** The position that the server is asked with to go on after them. */
  readonly position: string
  readonly at: string
}

/** The verified parts that are kept of all logs, by the address of the server and the origin of the log. */
export interface VerifiedLogs {
  of(url: string, origin: string): VerifiedPart | undefined
  /** Whether there is a file that can't be read: nothing of it is used. */
  readonly isDamaged: boolean
}

/** Reads how far logs were verified. It is a saving of work and nothing more: whatever can't be read is verified again. */
export async function readVerifiedLogs(path: string): Promise<VerifiedLogs> {
  const content = await readContent(path)
  return {
    isDamaged: content === undefined,
    of(url, origin) {
      const kept = content?.servers[url]?.[origin]
      if (kept === undefined) return undefined
      const { size, edge, producers, ...rest } = kept
      const tree = { size: BigInt(size), hashes: edge.map(decodeBase64) }
      return { ...rest, tree, numbers: followNumbers(producers) }
    },
  }
}

/** Keeps how far a log was verified, in place of what was kept of it. */
export async function keepVerified(path: string, url: string, origin: string, part: VerifiedPart): Promise<void> {
  const { vkey, checkpoint, tree, checkpoints, numbers, position, at } = part
  const edge = tree.hashes.map(encodeBase64)
  const kept = { vkey, checkpoint, size: Number(tree.size), edge, checkpoints, producers: numbers.seen(), position, at }
  await withFileLock(`${path}.lock`, async () => {
    const servers = (await readContent(path))?.servers ?? {}
    await writeInPrivateFolder(path, {
      version: 1,
      servers: { ...servers, [url]: { ...servers[url], [origin]: kept } },
    })
  })
}

async function readContent(path: string): Promise<FileContent | undefined> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
      ? { version: 1, servers: {} }
      : undefined
  }
}
