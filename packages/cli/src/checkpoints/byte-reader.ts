import { CommandFailure } from '../command-failure.ts'

/** Longer than the facts of any page. */
const longestLine = 16 * 2 ** 20

/** Takes lines and counted bytes off a body, in the order in which they stand in it. */
export interface ByteReader {
  /** The next line, without its end; undefined where none came whole. @throws {CommandFailure} for one that has no end */
  line(): Promise<string | undefined>
  /** The next bytes; undefined where fewer came. */
  bytes(count: number): Promise<Uint8Array | undefined>
}

/** Reads a body as it comes. It holds a line, or the bytes that were asked for, and the rest of one chunk. */
export function readBytes(body: ReadableStream<Uint8Array<ArrayBuffer>>): ByteReader {
  const chunks = body[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()
  const next = async (): Promise<Uint8Array | undefined> => {
    const { value, done } = await chunks.next()
    return done === true ? undefined : value
  }
  /** Takes bytes up to where `endIn` finds the end in a chunk; it is told how many stand before it. */
  const take = async (endIn: (chunk: Uint8Array, before: number) => number | undefined) => {
    const parts: Uint8Array[] = []
    for (let before = 0; ;) {
      const end = endIn(rest, before)
      if (end !== undefined) {
        parts.push(rest.subarray(0, end))
        rest = rest.subarray(end)
        return Buffer.concat(parts)
      }
      parts.push(rest)
      before += rest.length
      const chunk = await next()
      if (chunk === undefined) return undefined
      rest = chunk
    }
  }
  return {
    async line() {
      const taken = await take((chunk, before) => {
        const at = chunk.indexOf(10)
        if (at < 0 && before + chunk.length > longestLine)
          throw new CommandFailure('failed', 'The server answered with a line that has no end.')
        return at < 0 ? undefined : at + 1
      })
      return taken?.toString('utf8', 0, taken.length - 1)
    },
    bytes: (count) => take((chunk, before) => (before + chunk.length < count ? undefined : count - before)),
  }
}
