import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrames, encodeFrames, type Frame } from './frames.ts'
import { rowForms } from './row-form.ts'

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** A row as COPY writes it in binary form. */
function tuple(fields: readonly (Uint8Array | null)[]): Buffer {
  const count = Buffer.alloc(2)
  count.writeInt16BE(fields.length)
  const parts = fields.map((field) => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(field === null ? -1 : field.length)
    return Buffer.concat([length, field ?? Buffer.alloc(0)])
  })
  return Buffer.concat([count, ...parts])
}

const rowsOf = fc.array(fc.array(fc.option(fc.uint8Array({ maxLength: 40 })), { minLength: 1, maxLength: 5 }), {
  maxLength: 20,
})

async function endOf(bytes: Buffer, size: number) {
  const tally = rowForms[2].startTally()
  for await (const piece of cut(bytes, size)) tally.add(piece)
  return tally.end()
}

test('rows come to the same digest in any order and however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(rowsOf, fc.integer({ min: 1, max: 50 }), async (rows, size) => {
      const whole = Buffer.concat(rows.map(tuple))
      const turned = Buffer.concat(rows.toReversed().map(tuple))
      const end = await endOf(whole, 1_000)
      expect(end.rows).toBe(rows.length)
      expect(await endOf(turned, size)).toEqual(end)
    }),
  )
})

test('rows of which one is another, is there twice, is missing or is cut come to another digest', async () => {
  const rows = ['a', 'b', 'c'].map((text) => tuple([Buffer.from(text), null]))
  const end = await endOf(Buffer.concat(rows), 7)
  const [a = rows[0], b = rows[1], c = rows[2]] = rows
  const none = Buffer.alloc(0)
  for (const others of [
    [a, b, tuple([Buffer.from('d'), null])],
    [a, b, b],
    [a, b],
    [a, b, c, a],
    [a, b, tuple([null, Buffer.from('c')])],
    [a, b, c?.subarray(0, 5)],
  ]) {
    const found = await endOf(Buffer.concat(others.map((row) => row ?? none)), 7)
    expect([found.rows, found.sha256]).not.toEqual([end.rows, end.sha256])
  }
})

test('what was packed is unpacked, however it was cut, and rows are gathered into few pieces', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 90 }),
      async (pieces, size) => {
        const frames: Frame[] = [
          { kind: 'json', content: Buffer.from('{}') },
          ...pieces.map((piece) => ({ kind: 'rows' as const, content: Buffer.from(piece) })),
          { kind: 'json', content: Buffer.from('[]') },
        ]
        const bytes = Buffer.concat(await all(encodeFrames(each(frames))))
        const found = await all(decodeFrames(cut(bytes, size)))
        expect(found.map(({ kind }) => kind)).toEqual(['json', 'rows', 'json'])
        expect(found[1]?.content).toEqual(Buffer.concat(pieces))
      },
    ),
  )
})

test('rows of many mebibytes come back in their order', async () => {
  const large = Buffer.concat(Array.from({ length: 9 }, (_, n) => Buffer.alloc(700_000, n)))
  const bytes = Buffer.concat(await all(encodeFrames(each([{ kind: 'rows', content: large }]))))
  expect(bytes.length).toBeLessThan(large.length / 100)
  const found = await all(decodeFrames(cut(bytes, 65_536)))
  expect(Buffer.concat(found.map(({ content }) => content)).equals(large)).toBe(true)
})

test('a part that unpacks to more than is ever written, or doesn’t at all, is refused', async () => {
  const bomb = Buffer.concat(await all(encodeFrames(each([{ kind: 'rows', content: Buffer.alloc(9) }]))))
  const packed = Buffer.concat([Buffer.from([2, 0, 0, 0, 4]), Buffer.from('none')])
  const unknown = Buffer.concat([Buffer.from([7, 0, 0, 0, 4]), Buffer.from('none')])
  for (const bytes of [packed, unknown, bomb.subarray(0, -1), Buffer.from([0, 255, 0, 0, 0])])
    await expect(all(decodeFrames(cut(bytes, 64)))).rejects.toMatchObject({ code: 'damaged' })
})
