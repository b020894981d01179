import { createTestDatabase, type TestDatabase } from '@afterai/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../platform/database.ts'
import { createLog } from '../platform/log.ts'
import { createListener } from './listener.ts'

let here: TestDatabase
let elsewhere: TestDatabase
let opened: ReturnType<typeof openDatabase>
beforeAll(async () => {
  ;[here, elsewhere] = await Promise.all([createTestDatabase(), createTestDatabase()])
  opened = openDatabase(here.login, { poolSize: 1, onError: () => undefined })
})
afterAll(async () => {
  await opened.close()
  await Promise.all([here.drop(), elsewhere.drop()])
})

/** What a listener tells while it probes itself, on a connection to one database or the other. */
async function heardOn({ login }: TestDatabase): Promise<string[]> {
  const told: string[] = []
  const listener = createListener({
    db: opened.db,
    connection: login,
    log: createLog('silent'),
    onNotice: () => undefined,
    onLost: () => told.push('lost'),
    onBack: () => told.push('back'),
  })
  await listener.ready()
  await listener.probe()
  await new Promise((resolve) => setTimeout(resolve, 500))
  await listener.probe()
  await listener.stop()
  return told
}

test('a connection that hears its own word is kept', async () => {
  expect(await heardOn(here)).toEqual([])
})

test('a connection that is there and never hears its own word, as behind a pooler, is taken for lost', async () => {
  expect(await heardOn(elsewhere)).toEqual(['lost'])
})
