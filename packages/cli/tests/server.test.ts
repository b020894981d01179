import { spawnSync } from 'node:child_process'
import { execPath } from 'node:process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const client = { AFTERAI_URL: 'http://127.0.0.1:9', AFTERAI_PROFILE: 'ada', AFTERAI_API_KEY: 'aftr_live_CANARY' }

function afterai(args: readonly string[], env: Readonly<Record<string, string>>): ReturnType<typeof spawnSync> {
  return spawnSync(execPath, [main, ...args], { env: { ...client, ...env }, encoding: 'utf8' })
}

test('P5.2: up ends with the exit code of a server that refuses its configuration', () => {
  const { status, stdout, stderr } = afterai(['up'], { AFTERAI_LISTEN: 'nonsense' })
  expect(status).toBe(78)
  expect(stderr).toContain('AFTERAI_LISTEN')
  // What is a person's own does not reach the server, which refuses settings that it doesn't know.
  expect(String(stdout) + String(stderr)).not.toMatch(/AFTERAI_PROFILE|AFTERAI_API_KEY|CANARY/)
})

test('doctor answers with what the server finds, as JSON where asked', () => {
  const { status, stdout } = afterai(['doctor', '--json'], { AFTERAI_LISTEN: 'nonsense' })
  expect(status).toBe(1)
  expect(JSON.stringify(JSON.parse(String(stdout)))).toContain('AFTERAI_LISTEN')
})

test('P5.2: doctor prints the setting that mends a fault, where asked', () => {
  const plain = afterai(['doctor'], { AFTERAI_RATE_READS: 'many' })
  const hinted = afterai(['doctor', '--fix-hints'], { AFTERAI_RATE_READS: 'many' })
  expect(plain.stdout).not.toContain('$ export')
  expect(hinted.stdout).toContain('$ export AFTERAI_RATE_READS=600')
})

test('keys init makes the keys of an instance once, and leaves those that are there', () => {
  const directory = mkdtempSync(join(tmpdir(), 'afterai-keys-init-'))
  const keyDir = join(directory, 'keys')
  const first = afterai(['keys', 'init'], { AFTERAI_KEY_DIR: keyDir })
  expect([first.status, String(first.stdout)]).toEqual([0, expect.stringContaining(keyDir)])
  const files = (): string[] => readdirSync(keyDir).map((name) => `${name} ${readFileSync(join(keyDir, name), 'utf8')}`)
  const made = files()
  expect(made).toHaveLength(5)
  const second = afterai(['keys', 'init', '--json'], { AFTERAI_KEY_DIR: keyDir })
  expect(JSON.parse(String(second.stdout))).toEqual({ keyDir })
  expect(files()).toEqual(made)
  rmSync(directory, { recursive: true })
})
