import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBytes } from '../src/checkpoints/byte-reader.ts'

/** A body that comes in parts which end anywhere. */
function bodyOf(bytes: Uint8Array, cuts: readonly number[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted((a, b) => a - b)
  const parts = ends.map((end, at) => new Uint8Array(bytes.subarray(ends[at - 1] ?? 0, end)))
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })
}

test('lines and counted bytes come as they were sent, wherever the network cuts them', async () => {
  const part = fc.record({
    line: fc.string({ unit: 'grapheme', maxLength: 20 }).filter((it) => !it.includes('\n')),
    bytes: fc.uint8Array({ maxLength: 40 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 8 }), async (parts, cuts) => {
      const sent = Buffer.concat(parts.flatMap(({ line, bytes }) => [Buffer.from(`${line}\n`), bytes]))
      const reader = readBytes(bodyOf(sent, cuts))
      for (const { line, bytes } of parts) {
        expect(await reader.line()).toBe(line)
        expect(Buffer.from((await reader.bytes(bytes.length)) ?? [])).toEqual(Buffer.from(bytes))
      }
      expect(await reader.line()).toBeUndefined()
    }),
  )
})

test('what is cut is not taken for a line, nor for the bytes that were announced', async () => {
  expect(await readBytes(bodyOf(Buffer.from('half a line'), [3])).line()).toBeUndefined()
  expect(await readBytes(bodyOf(Buffer.from('half'), [2])).bytes(5)).toBeUndefined()
})

test('a line without an end is given up, rather than held', async () => {
  let sent = 0
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      sent += 1
      controller.enqueue(new Uint8Array(2 ** 20).fill(97))
    },
  })
  await expect(readBytes(body).line()).rejects.toThrow('a line that has no end')
  expect(sent).toBeLessThan(24)
})
