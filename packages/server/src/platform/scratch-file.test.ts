import { readFileSync, readlinkSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { keepScratch, readScratch } from './scratch-file.ts'

async function* arriving(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces
}

test('what was put into a scratch file comes out of it, however often it is read and in whatever pieces it came', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 90_000 }), { maxLength: 4 }), async (pieces) => {
      const file = await keepScratch(arriving(pieces))
      const read = (): Buffer => Buffer.concat(Array.from(readScratch(file), (piece) => Uint8Array.from(piece)))
      expect(read().equals(Buffer.concat(pieces))).toBe(true)
      expect(read().length).toBe(file.sizeBytes)
      await file.close()
    }),
    { numRuns: 20 },
  )
})

test('P1.2: a scratch file has no name that anything could open, and holds nothing that was put into it in clear', async () => {
  const file = await keepScratch(arriving([Buffer.from('canary-in-a-scratch-file'.repeat(100))]))
  const path = `/proc/self/fd/${file.descriptor}`
  expect(readlinkSync(path)).toMatch(/ \(deleted\)$/)
  const lies = readFileSync(path)
  expect(lies.length).toBe(2400)
  expect(lies.includes('canary')).toBe(false)
  await file.close()
})

test('a sender that breaks off leaves nothing behind', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('gone')
  }
  await expect(keepScratch(broken())).rejects.toThrow('gone')
})
