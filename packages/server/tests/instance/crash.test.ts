import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processesGone, startDebianPostgres } from '@afterai/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runUntilKilled } from '../../testing/crash-run.ts'
import { embeddedDatabase, queryBehind } from '../../testing/database-behind.ts'

const seed = 20_261_123
/** On each of the two databases; `npm run bench -- kills` goes on for longer. */
const kills = 15
const whole = { kills, lost: [], doubled: [], faults: [] }

describe('P2.4, P5.5: killed at random moments under load', () => {
  let directory: string

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'afterai-crash-'))
    chmodSync(directory, 0o711)
  })

  afterEach(async () => {
    if (!(await processesGone(directory))) throw new Error('a process was left behind')
    rmSync(directory, { recursive: true, force: true })
  })

  test('P2.4, P5.5: on the embedded PostgreSQL nothing acknowledged is lost or doubled, and the log verifies', async () => {
    const dataDir = join(directory, 'data')
    const target = { dataDir, env: {}, database: () => embeddedDatabase(dataDir) }
    const outcome = await runUntilKilled(target, { seed, kills })
    expect(outcome).toMatchObject(whole)
    expect(outcome.acknowledged).toBeGreaterThan(kills)
  }, 1_200_000)

  test('P2.4, P5.5: on a PostgreSQL of Debian nothing acknowledged is lost or doubled, and the log verifies', async () => {
    const debian = await startDebianPostgres()
    try {
      await queryBehind(debian.admin, 'create database afterai')
      const server = `afterai_server:${randomBytes(24).toString('hex')}`
      const env = {
        AFTERAI_DATABASE_URL: `postgresql://${server}@127.0.0.1:${debian.port}/afterai`,
        AFTERAI_DATABASE_OWNER_URL: debian.url.replace(/\/postgres$/, '/afterai'),
      }
      const database = async () => ({ ...debian.admin, database: 'afterai' })
      const outcome = await runUntilKilled(
        { dataDir: join(directory, 'data'), env, database },
        { seed: seed + 1, kills },
      )
      expect(outcome).toMatchObject(whole)
      expect(outcome.acknowledged).toBeGreaterThan(kills)
    } finally {
      await debian.stop()
    }
  }, 1_200_000)
})
