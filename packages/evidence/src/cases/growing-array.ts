type Column = (Uint8Array | Uint16Array | Uint32Array | Float64Array) & { readonly buffer: ArrayBuffer }

/** An array under construction. A large one grows in place: what a copy to a longer array would hold twice stays one. */
export interface GrowingArray<T extends Column> {
  /** The array as it is now; another one after `reserve`. */
  readonly array: () => T
  /** Makes room for so many items. @throws RangeError beyond the most that a column may take */
  readonly reserve: (length: number) => void
  /** Lets the memory go: at once that of a large one, which the engine would only give back when it next looks for garbage. */
  readonly release: () => void
}

/** The most that one column may take. Address space is reserved for it, memory is not. */
const mostBytes = 512 * 1024 * 1024
/** Below this an array is copied when it grows: reserving address space costs more than that. */
const largeBytes = 1024 * 1024

/** An empty array. */
export function growingArray<T extends Column>(type: new (source: number | ArrayBuffer) => T): GrowingArray<T> {
  let array = new type(64)
  const width = array.BYTES_PER_ELEMENT
  function reserve(length: number): void {
    if (length <= array.length) return
    const bytes = length * width
    if (bytes > mostBytes) throw new RangeError(`a column of cases is larger than ${mostBytes} bytes`)
    if (array.buffer.resizable) return array.buffer.resize(Math.min(mostBytes, bytes + Math.floor(length / 8) * width))
    const longer =
      bytes < largeBytes ? new type(2 * length) : new type(new ArrayBuffer(2 * bytes, { maxByteLength: mostBytes }))
    longer.set(array)
    array = longer
  }
  return {
    array: () => array,
    reserve,
    release: () => {
      if (array.buffer.resizable) array.buffer.resize(0)
      array = new type(0)
    },
  }
}
