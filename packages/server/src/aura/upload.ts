import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { ProblemError } from '@afterai/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Http } from '../platform/http-application.ts'
import { keepScratch, type ScratchFile } from '../platform/scratch-file.ts'

/** A file as it was uploaded. It lies in a scratch file, never in memory. */
export interface Upload extends ScratchFile {
  /** Gives digest and size, which tell this body from others where a request is kept under its key. */
  readonly toJSON: () => { readonly sha256: string; readonly sizeBytes: number }
}

const uploads = new WeakMap<FastifyRequest, Upload>()

/** Takes bodies of these types in this scope as uploads. @throws ProblemError `payload_too_large` */
export function takeUploads(scope: Http, mediaTypes: readonly string[], maxBytes: number): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser([...mediaTypes], async (request: FastifyRequest, body: Readable) => {
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced > maxBytes) throw tooLarge(maxBytes)
    const hash = createHash('sha256')
    const file = await keepScratch(bounded(body, maxBytes, hash))
    const { sizeBytes } = file
    const sha256 = hash.digest('hex')
    const upload: Upload = { ...file, toJSON: () => ({ sha256, sizeBytes }) }
    uploads.set(request, upload)
    // Its connection closed before there was anything to let go.
    if (request.raw.socket.destroyed) await forget(request)
    return upload
  })
  scope.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => void forget(request))
  })
}

/**
 * Runs what reads an upload, and lets the file go once that has ended: no sooner, since another file would get its descriptor.
 * @throws ProblemError `unreadable_evaluation` for a request without a body
 */
export async function withUpload<T>(request: FastifyRequest, work: (upload: Upload) => Promise<T>): Promise<T> {
  const upload = uploads.get(request)
  uploads.delete(request)
  if (upload === undefined) throw empty()
  try {
    if (upload.sizeBytes === 0) throw empty()
    return await work(upload)
  } finally {
    await upload.close()
  }
}

/** Aborts when the client goes away before it is answered: what nobody waits for is neither finished nor kept. */
export function departureOf(reply: FastifyReply): AbortSignal {
  const departure = new AbortController()
  const leave = (): void => {
    if (reply.raw.writableFinished) return
    departure.abort(new ProblemError('malformed_body', { detail: 'the client went away' }))
  }
  if (reply.raw.closed) leave()
  else reply.raw.once('close', leave)
  return departure.signal
}

/** Lets go of an upload that was refused between its body and its handler, as for a query that isn't valid. */
async function forget(request: FastifyRequest): Promise<void> {
  const upload = uploads.get(request)
  uploads.delete(request)
  await upload?.close()
}

async function* bounded(
  body: Readable,
  maxBytes: number,
  hash: { readonly update: (piece: Uint8Array) => unknown },
): AsyncGenerator<Uint8Array> {
  let size = 0
  // A refusal leaves the connection, which its answer needs.
  const pieces: AsyncIterable<Uint8Array> = body.iterator({ destroyOnReturn: false })
  for await (const piece of pieces) {
    size += piece.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    hash.update(piece)
    yield piece
  }
}

function tooLarge(maxBytes: number): ProblemError {
  return new ProblemError('payload_too_large', { detail: `at most ${maxBytes} bytes` })
}

function empty(): ProblemError {
  return new ProblemError('unreadable_evaluation', { errors: [{ pointer: 'file', detail: 'is empty' }] })
}
