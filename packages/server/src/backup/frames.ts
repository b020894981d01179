import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { damaged } from './backup-error.ts'

/** A part of a backup's content: a JSON object, or rows, cut anywhere. */
export interface Frame {
  readonly kind: 'json' | 'rows'
  readonly content: Buffer
}

const types = { rows: 0, json: 1, packedRows: 2 } as const
const headBytes = 5
const largestFrameBytes = 2 ** 20
/** The number of frames that are packed, or unpacked, at once: a core each, and no more memory than so many frames. */
const atOnce = 4
// Level 2 takes half the time of the default, level 3, for hardly more bytes: what is large in a backup is signatures and digests.
const packing = { params: { [constants.ZSTD_c_compressionLevel]: 2 } }
const pack = promisify<Buffer, typeof packing, Buffer>(zstdCompress)
const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress)

/** Writes frames: a byte for the type, four for the length, the content. Rows are gathered, and packed where that makes them smaller. */
export function encodeFrames(frames: AsyncIterable<Frame>): AsyncGenerator<Buffer> {
  return inParallel(gathered(frames), encodeFrame)
}

async function encodeFrame({ kind, content }: Frame): Promise<Buffer> {
  if (kind === 'json') return withHead(types.json, content)
  const packed = await pack(content, packing)
  return packed.length < content.length ? withHead(types.packedRows, packed) : withHead(types.rows, content)
}

function withHead(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUInt8(type)
  head.writeUInt32BE(content.length, 1)
  return Buffer.concat([head, content])
}

/** Rows come in small pieces and are packed in large ones. */
async function* gathered(frames: AsyncIterable<Frame>): AsyncGenerator<Frame> {
  let held: Buffer[] = []
  let heldBytes = 0
  const rest = function* (): Generator<Frame> {
    if (heldBytes > 0) yield { kind: 'rows', content: Buffer.concat(held) }
    held = []
    heldBytes = 0
  }
  for await (const frame of frames) {
    if (frame.kind === 'json') {
      yield* rest()
      yield frame
      continue
    }
    for (let start = 0; start < frame.content.length;) {
      const piece = frame.content.subarray(start, start + largestFrameBytes - heldBytes)
      start += piece.length
      held.push(piece)
      heldBytes += piece.length
      if (heldBytes === largestFrameBytes) yield* rest()
    }
  }
  yield* rest()
}

/** Reads frames back from bytes, however these are cut. @throws BackupError `damaged` */
export function decodeFrames(pieces: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  return inParallel(cutFrames(pieces), decodeFrame)
}

async function decodeFrame({ type, content }: StoredFrame): Promise<Frame> {
  if (type === types.json) return { kind: 'json', content }
  if (type === types.rows) return { kind: 'rows', content }
  if (type !== types.packedRows) throw damaged('A part of the backup is not of a known form.')
  try {
    return { kind: 'rows', content: await unpack(content, { maxOutputLength: largestFrameBytes }) }
  } catch (cause) {
    throw damaged('Rows of the backup are not packed as they are written.', cause)
  }
}

interface StoredFrame {
  readonly type: number
  readonly content: Buffer
}

async function* cutFrames(pieces: AsyncIterable<Buffer>): AsyncGenerator<StoredFrame> {
  let held: Buffer[] = []
  let heldBytes = 0
  let wantedBytes = headBytes
  for await (const piece of pieces) {
    held.push(piece)
    heldBytes += piece.length
    if (heldBytes < wantedBytes) continue
    let bytes = Buffer.concat(held)
    for (wantedBytes = bytesOfFrame(bytes); bytes.length >= wantedBytes; wantedBytes = bytesOfFrame(bytes)) {
      yield { type: bytes.readUInt8(0), content: bytes.subarray(headBytes, wantedBytes) }
      bytes = bytes.subarray(wantedBytes)
    }
    held = [bytes]
    heldBytes = bytes.length
  }
  if (heldBytes > 0) throw damaged('The backup ends in the middle of a part.')
}

/** How many bytes the frame takes that begins here, as far as that can be known already. */
function bytesOfFrame(bytes: Buffer): number {
  if (bytes.length < headBytes) return headBytes
  const length = bytes.readUInt32BE(1)
  if (length > largestFrameBytes) throw damaged('A part of the backup is larger than any that is written.')
  return headBytes + length
}

/** Does the same to each of what comes, several at once, and gives out what becomes of them in their order. */
async function* inParallel<From, To>(
  source: AsyncIterable<From>,
  work: (item: From) => Promise<To>,
): AsyncGenerator<To> {
  const underWay: Promise<To>[] = []
  for await (const item of source) {
    const result = work(item)
    // It is awaited in its turn; until then its failure isn't nobody's.
    result.catch(() => undefined)
    underWay.push(result)
    if (underWay.length < atOnce) continue
    const first = underWay.shift()
    if (first !== undefined) yield await first
  }
  for (const result of underWay) yield await result
}
