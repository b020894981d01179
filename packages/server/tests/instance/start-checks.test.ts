import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fingerprintOf, loadInstanceKeys } from '../../src/keys/index.ts'
import { StartRefused } from '../../src/instance/deployment-checks.ts'
import { loadBoundKeys, refuseUnfitDatabase } from '../../src/instance/start-checks.ts'

const folder = mkdtempSync(join(tmpdir(), 'afterai-keys-'))
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(async () => {
  await database.drop()
  rmSync(folder, { recursive: true })
})

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StartRefused)
  return (error as StartRefused).faults.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n')
}

test('P4.5: two processes that start at once on a new database end up with the same keys', async () => {
  const both = await Promise.all([1, 2].map(() => loadBoundKeys(database.login, join(folder, 'own'))))
  const [first, second] = both.map(fingerprintOf)
  expect(first).toBe(second)
  expect(fingerprintOf(await loadBoundKeys(database.login, join(folder, 'own')))).toBe(first)
})

test('P4.5: makes no keys for a database that belongs to others, and starts not', async () => {
  expect(await refusal(loadBoundKeys(database.login, join(folder, 'empty')))).toContain('AFTERAI_KEY_DIR')
  expect(readdirSync(join(folder, 'empty'))).toEqual([])
})

test('P4.5: refuses the keys of another instance, and a directory in which one key is another', async () => {
  await loadInstanceKeys(join(folder, 'other'), { make: true })
  expect(await refusal(loadBoundKeys(database.login, join(folder, 'other')))).toContain('not those that this database')
  for (const name of readdirSync(join(folder, 'own'))) {
    cpSync(join(folder, 'own'), join(folder, name), { recursive: true })
    cpSync(join(folder, 'other', name), join(folder, name, name))
    expect(await refusal(loadBoundKeys(database.login, join(folder, name))), name).toContain('AFTERAI_KEY_DIR')
  }
})

test('P5.2: refuses a database role that could bypass row level security', async () => {
  const { user, password, host, port, database: name } = database.owner
  const url = `postgresql://${user}:${encodeURIComponent(password)}@/${name}?host=${encodeURIComponent(host)}&port=${port}`
  expect(await refusal(refuseUnfitDatabase({ url }))).toContain('superuser')
})
