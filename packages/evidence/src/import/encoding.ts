import type { TextEncoding } from './reading.ts'
import type { FaultList } from './faults.ts'
import { lookOf } from './file-look.ts'
import { LIMITS, type ByteSource } from './source.ts'

/** A file whose encoding is known. */
export interface TextFile {
  readonly encoding: TextEncoding
  /** SHA-256 of the file's bytes, lower-case hex. */
  readonly sourceDigest: string
  /** The file's text from its start, in pieces, without a byte order mark. */
  readonly pieces: () => Iterable<string>
}

/** So much is decoded at once, however large the pieces are that the bytes come in. */
const STEP = 16 * 1024

/** Bytes that Windows-1252 leaves undefined: where they stand, the file is in some other encoding. */
const UNDEFINED_BYTES: ReadonlySet<number> = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d])

const LINE_FEED = 0x0a

/**
 * Settles a file's encoding by its byte order mark or, without one, by all of its bytes: UTF-8 if they are that, else Windows-1252 if they
 * can be. Bytes that are UTF-8 in one place and not in another are refused: whichever were taken, names would be read wrongly.
 * `onlyUnicode`: for formats that tell nobody which encoding was taken.
 */
export function settleText(
  source: ByteSource,
  faults: FaultList,
  { onlyUnicode = false }: { readonly onlyUnicode?: boolean } = {},
): TextFile | undefined {
  const hash = source.sha256()
  let sizeBytes = 0
  let head: Uint8Array = new Uint8Array()
  for (const chunk of source.chunks()) {
    hash.update(chunk)
    sizeBytes += chunk.length
    if (head.length < 1024) head = joined(head, chunk.subarray(0, 1024))
    if (sizeBytes > LIMITS.fileSize) return faults.add('too_large', `larger than ${LIMITS.fileSize} bytes`)
  }
  const look = lookOf(head)
  if (look !== undefined) return faults.add('not_a_table', `this looks like ${look}`)
  const encoding = settleEncoding(source, head, faults)
  if (encoding === undefined) return undefined
  if (encoding === 'windows-1252' && onlyUnicode)
    return faults.add('not_utf8', 'not UTF-8', { line: countBytes(source).firstBrokenLine })
  return { encoding, sourceDigest: hash.digest('hex'), pieces: () => decode(source, encoding) }
}

/** The whole text of a file, for formats that are read whole. */
export function wholeText({ pieces }: TextFile): string {
  return [...pieces()].join('')
}

function settleEncoding(source: ByteSource, head: Uint8Array, faults: FaultList): TextEncoding | undefined {
  const encoding = byMark(head) ?? byZeros(head) ?? 'utf-8'
  if (decodes(source, encoding)) return encoding
  if (encoding !== 'utf-8') return faults.add('not_utf8', `not the ${encoding.toUpperCase()} that its start says`)
  const { firstBrokenLine, multibyte, zeros, undefinedBytes, isCutOff } = countBytes(source)
  const place = { line: firstBrokenLine }
  if (zeros > 0) return faults.add('not_a_table', 'this looks like a binary file')
  if (isCutOff) return faults.add('not_utf8', 'the file ends within a character', place, 'copy or export it again')
  if (multibyte > 0) return faults.add('not_utf8', 'UTF-8 up to here, and bytes that are none', place)
  if (undefinedBytes > 0) return faults.add('not_utf8', 'neither UTF-8 nor UTF-16 nor Windows-1252', place)
  return 'windows-1252'
}

function byMark([first, second]: Uint8Array): TextEncoding | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

/** Plain characters in UTF-16 have a zero byte each, always on the same side. */
function byZeros(head: Uint8Array): TextEncoding | undefined {
  const zerosAt = (offset: number): number => head.filter((byte, index) => index % 2 === offset && byte === 0).length
  const [even, odd] = [zerosAt(0), zerosAt(1)]
  if (even + odd < head.length / 4) return undefined
  if (even === 0) return 'utf-16le'
  return odd === 0 ? 'utf-16be' : undefined
}

function decodes(source: ByteSource, encoding: TextEncoding): boolean {
  try {
    for (const piece of decode(source, encoding)) void piece
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

function* decode({ chunks }: ByteSource, encoding: TextEncoding): Generator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  for (const chunk of chunks())
    for (let start = 0; start < chunk.length; start += STEP)
      yield decoder.decode(chunk.subarray(start, start + STEP), { stream: true })
  yield decoder.decode()
}

interface ByteCounts {
  /** 1-based line of the first byte that isn't UTF-8. */
  firstBrokenLine: number
  /** Whole characters of several bytes in UTF-8. */
  multibyte: number
  zeros: number
  undefinedBytes: number
  /** Whether nothing is wrong but that the last character isn't whole. */
  isCutOff: boolean
}

function countBytes({ chunks }: ByteSource): ByteCounts {
  const counts: ByteCounts = { firstBrokenLine: 0, multibyte: 0, zeros: 0, undefinedBytes: 0, isCutOff: false }
  let line = 1
  let awaited = 0
  const broken = (): void => {
    if (counts.firstBrokenLine === 0) counts.firstBrokenLine = line
    awaited = 0
  }
  for (const chunk of chunks())
    for (const byte of chunk) {
      if (awaited > 0 && isContinuation(byte)) {
        awaited -= 1
        if (awaited === 0) counts.multibyte += 1
      } else {
        if (awaited > 0) broken()
        awaited = continuationsAfter(byte)
        if (awaited === -1) broken()
      }
      if (byte === LINE_FEED) line += 1
      if (byte === 0) counts.zeros += 1
      if (UNDEFINED_BYTES.has(byte)) counts.undefinedBytes += 1
    }
  counts.isCutOff = awaited > 0 && counts.firstBrokenLine === 0
  if (awaited > 0) broken()
  return counts
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

/** How many bytes complete the character that this one begins; -1 where none begins so. */
function continuationsAfter(byte: number): number {
  if (byte < 0x80) return 0
  if (byte < 0xc2 || byte > 0xf4) return -1
  if (byte < 0xe0) return 1
  return byte < 0xf0 ? 2 : 3
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}
