import { spawnSync } from 'node:child_process'
import { limitMemory } from '@afterai/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serveImports } from '../bench/server-imports.ts'

const mebibyte = 2 ** 20

test('P5.3: a server holds a bounded part of the files that it imports, one after the other and at once', async () => {
  const { answers, idleMib, peakMib } = await serveImports({ rows: 100_000, times: 2 })
  expect(answers).toMatchObject([
    { status: 201, cases: 100_000 },
    { status: 201, cases: 100_000 },
  ])
  expect(peakMib - idleMib).toBeLessThan(150)
}, 240_000)

const probe = limitMemory(mebibyte)
probe?.remove()

describe.skipIf(probe === undefined)('in a container (only root may limit memory, where the kernel lets it)', () => {
  function container(sizeMib: number) {
    const limit = limitMemory(sizeMib * mebibyte)
    if (limit === undefined) throw new Error('a moment ago memory could be limited')
    onTestFinished(() => limit.remove())
    return limit
  }

  test('P5.3: 256 MiB, PostgreSQL included, are enough for two files of 200,000 rows at once', async () => {
    const { enter, killed } = container(256)
    const { answers } = await serveImports({ rows: 200_000, times: 2, enter })
    expect(answers).toMatchObject([
      { status: 201, cases: 200_000 },
      { status: 201, cases: 200_000 },
    ])
    expect(killed()).toBe(0)
  }, 240_000)

  test('a container that is too small kills what runs in it', () => {
    const { enter, killed } = container(24)
    const [program, ...parameters] = enter
    const hoard = 'const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))'
    const { signal } = spawnSync(program, [...parameters, process.execPath, '-e', hoard])
    expect([signal, killed()]).toEqual(['SIGKILL', 1])
  })
})
