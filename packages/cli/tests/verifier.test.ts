import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { afterai, temporaryFolder } from './harness.ts'

const env = { AFTERAI_URL: 'http://127.0.0.1:9' }

test('writes the page that verifies records, with no server, and leaves a file that exists as it is', async () => {
  const path = join(await temporaryFolder(), 'verify.html')
  const write = (...more: string[]) => afterai(['record', 'verifier', '--out', path, ...more], { env })
  expect(await write()).toMatchObject({ code: 0, stdout: `wrote ${path}\n` })
  const page = await readFile(path, 'utf8')
  expect(page).toMatch(
    /^<!doctype html>[^]*<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/,
  )
  await writeFile(path, 'mine')
  expect(await write()).toMatchObject({ code: 1, stderr: expect.stringContaining(`${path} exists.`) })
  expect(await readFile(path, 'utf8')).toBe('mine')
  expect(await write('--force', '--quiet')).toMatchObject({ code: 0, stdout: `${path}\n` })
  expect(await readFile(path, 'utf8')).toBe(page)
})
