import { encodeEntries } from '@afterai/record'
import { expect, test } from 'vitest'
import type { Api } from '../src/api/api.ts'
import { verifyLog } from '../src/checkpoints/verify-log.ts'

const pageSize = 256
const entry = Buffer.alloc(300, 'e')

/** A server with a log of so many pages, which makes each part of its answer when it is asked for it. */
function endlessServer(pages: number) {
  const state = { madeBytes: 0, madePages: 0 }
  const bundle = Buffer.from(encodeEntries(Array.from({ length: pageSize }, () => entry)))
  const partOf = (page: number): Uint8Array<ArrayBuffer> => {
    const from = page * pageSize
    const size = from + pageSize
    const line = {
      from,
      size,
      end: pages * pageSize,
      checkpoints: 1,
      faults: [],
      incomplete: [],
      producers: { p: { count: pageSize, ranges: [[from + 1, size]] } },
      entryBytes: bundle.length,
      position: String(size),
    }
    return new Uint8Array(Buffer.concat([Buffer.from(`${JSON.stringify(line)}\n`), bundle]))
  }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        if (state.madePages === pages) return controller.close()
        const part = partOf(state.madePages)
        state.madePages += 1
        state.madeBytes += part.length
        controller.enqueue(part)
      },
    },
    { highWaterMark: 0 },
  )
  const unused = (): never => {
    throw new Error('nothing else is asked')
  }
  const api: Api = { open: async () => body, request: unused, call: unused, list: unused }
  return { state, api }
}

test.each([40, 400])('P4.5: of a log of %i pages, no more is asked for at once than the next page', async (pages) => {
  const { state, api } = endlessServer(pages)
  let [most, taken] = [0, 0]
  const findings = await verifyLog({
    api,
    head: undefined,
    before: undefined,
    signal: new AbortController().signal,
    onProgress({ size }) {
      taken += 1
      expect(size).toBe(taken * pageSize)
      most = Math.max(most, state.madePages - taken)
    },
    keep: async () => undefined,
  })
  expect(findings).toEqual({ size: pages * pageSize, checkpoints: pages, faults: [], gaps: [] })
  expect(taken).toBe(pages)
  expect(most).toBeLessThanOrEqual(1)
})
