import { promisify } from 'node:util'
import { gunzip, inflate, zstdDecompress } from 'node:zlib'
import { ProblemError } from '@afterai/contract'

const packings = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  zstd: promisify(zstdDecompress),
} as const

const tooLarge: ReadonlySet<string> = new Set(['ERR_BUFFER_TOO_LARGE', 'ERR_OUT_OF_RANGE'])

/**
 * Unpacks a body as its `Content-Encoding` says. It stops at the limit, however well the body was packed.
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
    return await packings[name as keyof typeof packings](body, { maxOutputLength: maxBytes })
  } catch (error) {
    if (tooLarge.has((error as NodeJS.ErrnoException).code ?? '')) {
      throw new ProblemError('payload_too_large', { detail: limitDetail(maxBytes) })
    }
    // The library's message is left out: it may quote what it read.
    throw new ProblemError('malformed_body', { detail: `the body is not ${name}` })
  }
}

function limitDetail(maxBytes: number): string {
  return `at most ${maxBytes} bytes, unpacked`
}
