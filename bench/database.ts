import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestDatabase } from '@afterai/testing'
import { type AdminConnection, startEmbeddedPostgres } from '@afterai/embedded-postgres'
import { migrate } from '../packages/server/src/platform/migrations.ts'

/** A migrated database of a benchmark's own. */
export interface BenchDatabase {
  readonly dataDir: string
  /** As the superuser. */
  readonly owner: AdminConnection
  /** As the login that a server runs as. */
  readonly login: AdminConnection
  /** As servers of tests take it. */
  readonly asTestDatabase: TestDatabase
}

/** Runs `measure` on an embedded database that is gone afterwards. */
export async function withDatabase<T>(measure: (database: BenchDatabase) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'afterai-bench-'))
  chmodSync(dataDir, 0o711)
  const cluster = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  try {
    const login = { name: 'afterai_bench', password: 'not-a-secret-of-anything' }
    await migrate(cluster.admin, login)
    const connection = { ...cluster.admin, user: login.name, password: login.password }
    const asTestDatabase = { name: 'bench', owner: cluster.admin, login: connection, drop: () => Promise.resolve() }
    return await measure({ dataDir, owner: cluster.admin, login: connection, asTestDatabase })
  } finally {
    await cluster.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
