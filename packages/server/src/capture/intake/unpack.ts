import { gunzip, inflate, zstdDecompress } from 'node:zlib'
import { ProblemError } from '@afterai/contract'

type Packing = 'gzip' | 'deflate' | 'zstd'
type Unpacker = (
  body: Buffer,
  options: { readonly info: true; readonly maxOutputLength: number },
  done: (error: Error | null, result: unknown) => void,
) => void

const packings: Readonly<Record<Packing, Unpacker>> = { gzip: gunzip, deflate: inflate, zstd: zstdDecompress }

/** Most frames that a body of zstd may have. Those of gzip are read at one go. */
const mostFrames = 256

const tooLarge: ReadonlySet<string> = new Set(['ERR_BUFFER_TOO_LARGE', 'ERR_OUT_OF_RANGE'])

/**
 * Unpacks a body as its `Content-Encoding` says, all of it. It stops at the limit, however well the body was packed.
 * @throws ProblemError `payload_too_large`, `unsupported_media_type`, `malformed_body`
 */
export async function unpack(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity'
  if (name === 'identity' || name === '') {
    if (body.length > maxBytes) throw new ProblemError('payload_too_large', { detail: limitDetail(maxBytes) })
    return body
  }
  if (!Object.hasOwn(packings, name)) {
    throw new ProblemError('unsupported_media_type', { detail: 'the Content-Encoding must be gzip, deflate or zstd' })
  }
  try {
    return await unpackAll(name as Packing, body, maxBytes)
  } catch (error) {
    if (tooLarge.has((error as NodeJS.ErrnoException).code ?? '')) {
      throw new ProblemError('payload_too_large', { detail: limitDetail(maxBytes) })
    }
    // The library's message is left out: it may quote what it read.
    throw new ProblemError('malformed_body', { detail: `the body is not ${name}` })
  }
}

/** Unpacks one frame after the other: the library stops behind the first and says nothing of what follows. */
async function unpackAll(name: Packing, body: Buffer, maxBytes: number): Promise<Buffer> {
  const frames: Buffer[] = []
  let [at, size] = [0, 0]
  do {
    if (frames.length === (name === 'zstd' ? mostFrames : 1)) throw new RangeError('something else follows')
    const { frame, packedBytes } = await unpackFrame(name, body.subarray(at), Math.max(1, maxBytes - size))
    frames.push(frame)
    at += packedBytes
    size += frame.length
    if (size > maxBytes) throw Object.assign(new RangeError(), { code: 'ERR_BUFFER_TOO_LARGE' })
  } while (at < body.length)
  return frames.length === 1 && frames[0] !== undefined ? frames[0] : Buffer.concat(frames)
}

function unpackFrame(name: Packing, body: Buffer, maxBytes: number): Promise<{ frame: Buffer; packedBytes: number }> {
  return new Promise((resolve, reject) => {
    packings[name](body, { info: true, maxOutputLength: maxBytes }, (error, result) => {
      if (error !== null) return reject(error)
      // What `info` adds isn't in the library's types.
      const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } }
      resolve({ frame: buffer, packedBytes: engine.bytesWritten })
    })
  })
}

function limitDetail(maxBytes: number): string {
  return `at most ${maxBytes} bytes, unpacked`
}
