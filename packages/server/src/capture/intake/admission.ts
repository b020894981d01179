import { ProblemError } from '@afterai/contract'

/** Lets requests in while there is room for them. */
export interface Admission {
  /**
   * Takes the room that a request needs, and answers with what gives it back; calling that again does nothing.
   * @throws ProblemError `overloaded`, before anything of the body is read
   */
  enter(sizeBytes: number): () => void
}

const retryAfterSeconds = 2

/** Bounds the requests that are on their way, and the bytes that they hold. */
export function createAdmission(limits: { readonly requests: number; readonly bytes: number }): Admission {
  let [requests, bytes] = [0, 0]
  return {
    enter(sizeBytes) {
      if (requests >= limits.requests || (requests > 0 && bytes + sizeBytes > limits.bytes)) {
        throw new ProblemError('overloaded', { detail: 'too much telemetry is on its way', retryAfterSeconds })
      }
      requests += 1
      bytes += sizeBytes
      let inside = true
      return () => {
        if (!inside) return
        inside = false
        requests -= 1
        bytes -= sizeBytes
      }
    },
  }
}
