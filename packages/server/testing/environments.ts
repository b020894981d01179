import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type Environment, formatFaults, readConfiguration } from '../src/platform/configuration.ts'

/** Part of every secret here: it must never be in a fault. */
export const canary = 'canary-3f9a1c-secret'
export const remote = `postgresql://server:${canary}@db.example.com/afterai?sslmode=verify-full`

/** All that production needs. */
export const production = {
  AFTERAI_MODE: 'production',
  AFTERAI_TRUSTED_PROXIES: '10.0.0.7',
  AFTERAI_LISTEN: '0.0.0.0:4680',
  AFTERAI_PUBLIC_URL: 'https://afterai.example.com',
  AFTERAI_DATABASE_URL: remote,
}

/** Where files with secrets lie until the tests have ended. */
export const secretFiles: string = mkdtempSync(join(tmpdir(), 'afterai-secrets-'))
afterAll(() => rmSync(secretFiles, { recursive: true }))

/** Writes a file with a secret. @returns its path */
export function secretFile(name: string, content: string, mode = 0o600): string {
  const path = join(secretFiles, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

/** The variables that an environment is refused for. */
export function faultyVariables(env: Environment): string[] {
  const result = readConfiguration(env)
  return result.ok ? [] : result.faults.map(({ variable }) => variable)
}

/** Reads the configuration that an environment gives. @throws Error with its faults */
export function configurationOf(env: Environment) {
  const result = readConfiguration(env)
  if (!result.ok) throw new Error(formatFaults(result.faults))
  return result.configuration
}
