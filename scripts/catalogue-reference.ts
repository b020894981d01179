import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { readCatalogue } from '../packages/server/src/platform/catalogue/read-catalogue.ts'
import { startEmbeddedPostgres } from '../packages/server/src/platform/embedded-postgres/index.ts'
import { migrate } from '../packages/server/src/platform/migrations.ts'

/** What the migrations make, read from a database that they have just made: the start of a server compares its own with it. */
export async function catalogueReference(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'afterai-catalogue-'))
  chmodSync(dataDir, 0o711)
  const cluster = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new Pool({ ...cluster.admin, max: 1 }) }) })
  try {
    await migrate(cluster.admin, { name: 'afterai_server', password: 'only-while-this-runs' })
    return `${JSON.stringify(await readCatalogue(db), null, 2)}\n`
  } finally {
    await db.destroy()
    await cluster.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
