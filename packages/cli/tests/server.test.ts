import { spawnSync } from 'node:child_process'
import { execPath } from 'node:process'
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
