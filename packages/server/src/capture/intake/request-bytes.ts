import { ProblemError } from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import { callerOf } from '../../access/index.ts'
import type { Http } from '../../platform/http-application.ts'
import type { CaptureDoors } from '../capture-doors.ts'

const releases = new WeakMap<FastifyRequest, () => void>()

/** Lets requests of this scope in while there is room, before their bodies are read, and gives the room back when they have ended. */
export function admitRequest(scope: Http, { admission, limits }: Pick<CaptureDoors, 'admission' | 'limits'>): void {
  scope.addHook('onRequest', async (request, reply) => {
    const announced = Number(request.headers['content-length'] ?? limits.packedBytes)
    if (announced > limits.packedBytes) {
      throw new ProblemError('payload_too_large', { detail: `at most ${limits.packedBytes} bytes` })
    }
    // Whoever left while the credential was checked would never give the room back; nothing of the request is read any more.
    if (reply.raw.closed) return
    // The caller is known: the doors of the whole application were passed before those of this scope.
    const release = admission.enter(callerOf(request).principal.tenantId, announced)
    releases.set(request, release)
    // A connection that breaks brings no response.
    reply.raw.once('close', release)
  })
  scope.addHook('onResponse', async (request) => releases.get(request)?.())
}

/** A body that was read as bytes. */
export function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/**
 * Gives the memory of bytes that were read back at once: they are empty from here on. Waiting for the collector, the bodies of a busy second
 * make it run over the whole heap several times.
 */
export function giveBack(bytes: Buffer): void {
  const { buffer } = bytes
  // What shares its memory with others stays.
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === bytes.byteLength) buffer.transfer(0)
}
