import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto'
import { type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { BackupError, damaged } from './backup-error.ts'

const firstLine = 'afterai-backup/'
const formats = [1, 2] as const
/** The forms of a backup that this version reads; it writes the last. */
export type BackupFormat = (typeof formats)[number]
const newestFormat: BackupFormat = 2
const chunkBytes = 65_536
const tagBytes = 16
const longestHeaderBytes = 4_096
const shortestPassphrase = 12
// RFC 7914; 128 MiB. Fixed by the format, so that no file can ask its reader for more.
const scryptCost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 }
const derive = promisify<string, Buffer, number, typeof scryptCost, Buffer>(scrypt)

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'))
const headerSchema = z.strictObject({
  kdf: z.literal('scrypt'),
  salt: base64,
  keyNonce: base64,
  wrappedKey: base64,
  noncePrefix: base64,
})

/** The key that seals the chunks of one file. The header's digest goes into each of them. */
interface FileKey {
  readonly key: Buffer
  readonly noncePrefix: Buffer
  readonly headerDigest: Buffer
}

/** Begins a file: its header, and what its chunks are sealed with. @throws BackupError `bad_passphrase` */
export async function createHeader(passphrase: string): Promise<{ header: Buffer; fileKey: FileKey }> {
  if (passphrase.length < shortestPassphrase)
    throw new BackupError('bad_passphrase', `The passphrase has fewer than ${shortestPassphrase} characters.`, {
      fix: 'Make one with `openssl rand -base64 24`, and keep it apart from the backups.',
    })
  const [salt, keyNonce, noncePrefix, key] = [randomBytes(16), randomBytes(12), randomBytes(7), randomBytes(32)]
  const cipher = createCipheriv('aes-256-gcm', await derive(passphrase, salt, 32, scryptCost), keyNonce)
  const wrappedKey = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()])
  const texts = Object.entries({ salt, keyNonce, wrappedKey, noncePrefix }).map(([name, bytes]) => [
    name,
    bytes.toString('base64'),
  ])
  const header = Buffer.from(
    `${firstLine}${newestFormat}\n${JSON.stringify({ kdf: 'scrypt', ...Object.fromEntries(texts) })}\n`,
  )
  return { header, fileKey: { key, noncePrefix, headerDigest: digestOf(header) } }
}

/** Seals a stream in chunks of one size; the last says that it is (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár 2015). */
export async function* sealChunks(source: AsyncIterable<Buffer>, fileKey: FileKey): AsyncGenerator<Buffer> {
  let index = 0
  let held: Buffer[] = []
  let heldBytes = 0
  const seal = (bytes: Buffer, isLast: boolean): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', fileKey.key, nonceOf(fileKey, index, isLast))
    cipher.setAAD(fileKey.headerDigest)
    index += 1
    return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
  }
  for await (const piece of source) {
    held.push(piece)
    heldBytes += piece.length
    if (heldBytes <= chunkBytes) continue
    const bytes = Buffer.concat(held)
    let start = 0
    // A whole chunk is held back until more follows: only then is it known not to be the last.
    for (; bytes.length - start > chunkBytes; start += chunkBytes)
      yield seal(bytes.subarray(start, start + chunkBytes), false)
    held = [bytes.subarray(start)]
    heldBytes = bytes.length - start
  }
  yield seal(Buffer.concat(held), true)
}

/** A sealed file whose passphrase was right: what it takes to read its chunks, as often as is wanted. */
export interface SealedFile {
  readonly format: BackupFormat
  readonly file: FileHandle
  readonly sizeBytes: number
  readonly header: Buffer
  readonly fileKey: FileKey
}

/** Reads the head of a file and opens its key. @throws BackupError `not_a_backup`, `newer_format`, `wrong_passphrase`, `damaged` */
export async function openSealedFile(file: FileHandle, passphrase: string): Promise<SealedFile> {
  const { format, header } = await readHeader(file)
  const fileKey = await unwrapKey(header, passphrase)
  const { size } = await file.stat()
  return { format, file, sizeBytes: size, header, fileKey }
}

/**
 * Opens what `sealChunks` sealed, chunk by chunk: none is given out that isn't authentic and in its place.
 * @param onSealed is given each chunk as it stands in the file
 * @throws BackupError naming what is wrong with the file
 */
export async function* openChunks(
  { file, sizeBytes, header, fileKey }: SealedFile,
  onSealed?: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  let position = header.length
  for (let index = 0; position < sizeBytes; index += 1) {
    const chunk = Buffer.alloc(Math.min(chunkBytes + tagBytes, sizeBytes - position))
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position)
    if (bytesRead < chunk.length) throw truncated()
    position += chunk.length
    onSealed?.(chunk)
    yield openChunk(fileKey, chunk, { index, isLast: position === sizeBytes })
  }
  if (position === header.length) throw truncated()
}

interface ChunkPlace {
  readonly index: number
  readonly isLast: boolean
}

function openChunk(fileKey: FileKey, chunk: Buffer, { index, isLast }: ChunkPlace): Buffer {
  const bytes = tryOpen(fileKey, chunk, { index, isLast })
  if (bytes !== undefined) return bytes
  // A chunk that is whole, but not in this place, tells more precisely what was done to the file.
  if (tryOpen(fileKey, chunk, { index, isLast: !isLast }) === undefined)
    throw damaged(`The backup was changed or cut short: its piece ${index} isn't what was written there.`)
  if (isLast) throw truncated()
  throw damaged('The backup goes on after its end: something was added to it.')
}

function tryOpen({ key, ...rest }: FileKey, chunk: Buffer, { index, isLast }: ChunkPlace): Buffer | undefined {
  if (chunk.length < tagBytes) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(rest, index, isLast), { authTagLength: tagBytes })
  decipher.setAAD(rest.headerDigest).setAuthTag(chunk.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(chunk.subarray(0, -tagBytes)), decipher.final()])
  } catch {
    return undefined
  }
}

async function readHeader(file: FileHandle): Promise<{ format: BackupFormat; header: Buffer }> {
  const start = Buffer.alloc(longestHeaderBytes)
  const { bytesRead } = await file.read(start, 0, start.length, 0)
  const text = start.subarray(0, bytesRead)
  const end = text.indexOf('\n', text.indexOf('\n') + 1)
  const [, version] = /^afterai-backup\/(\d+)\n/.exec(text.toString('latin1')) ?? []
  if (version === undefined || end < 0)
    throw new BackupError('not_a_backup', 'The file is no backup of AfterAI.', {
      fix: 'Name a file that `afterai backup` made.',
    })
  const format = formats.find((known) => String(known) === version)
  if (format === undefined)
    throw new BackupError(
      'newer_format',
      `The backup has format ${version}; this AfterAI reads formats up to ${newestFormat}.`,
      { fix: 'Use the AfterAI that made it, or a newer one.' },
    )
  return { format, header: text.subarray(0, end + 1) }
}

async function unwrapKey(header: Buffer, passphrase: string): Promise<FileKey> {
  const { salt, keyNonce, wrappedKey, noncePrefix } = parseHeader(header)
  const kek = await derive(passphrase, salt, 32, scryptCost)
  try {
    const decipher = createDecipheriv('aes-256-gcm', kek, keyNonce, { authTagLength: tagBytes })
    decipher.setAuthTag(wrappedKey.subarray(-tagBytes))
    const key = Buffer.concat([decipher.update(wrappedKey.subarray(0, -tagBytes)), decipher.final()])
    return { key, noncePrefix, headerDigest: digestOf(header) }
  } catch (cause) {
    throw new BackupError(
      'wrong_passphrase',
      'The passphrase is not the one of this backup, or its head was changed.',
      {
        fix: 'Give the passphrase that it was made with.',
        cause,
      },
    )
  }
}

function parseHeader(header: Buffer): z.infer<typeof headerSchema> {
  try {
    return headerSchema.parse(JSON.parse(header.subarray(header.indexOf('\n')).toString()))
  } catch (cause) {
    throw damaged('The head of the backup was changed.', cause)
  }
}

function nonceOf({ noncePrefix }: Pick<FileKey, 'noncePrefix'>, index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  noncePrefix.copy(nonce)
  nonce.writeUInt32BE(index, 7)
  nonce.writeUInt8(isLast ? 1 : 0, 11)
  return nonce
}

function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function truncated(): BackupError {
  return new BackupError('truncated', 'The backup is cut short: its end is missing.', {
    fix: 'Copy it again from where it is whole, or take another backup.',
  })
}
