/** Memory that grows in place: what a copy to a longer array would hold twice stays one. */
export interface GrowingBuffer {
  readonly buffer: ArrayBuffer
  /** Makes room. @throws RangeError beyond the most that a column may take */
  readonly reserve: (bytes: number) => void
}

/** The most that one column may take. Address space is reserved for it, memory is not. */
const mostBytes = 512 * 1024 * 1024
const step = 256 * 1024

/** Memory for one column. */
export function growingBuffer(): GrowingBuffer {
  const buffer = new ArrayBuffer(step, { maxByteLength: mostBytes })
  return {
    buffer,
    reserve(bytes) {
      if (bytes <= buffer.byteLength) return
      if (bytes > mostBytes) throw new RangeError(`a column of cases is larger than ${mostBytes} bytes`)
      buffer.resize(Math.min(mostBytes, bytes + step + Math.floor(buffer.byteLength / 8)))
    },
  }
}
