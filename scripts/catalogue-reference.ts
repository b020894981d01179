import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readMadeCatalogue } from '../packages/server/src/instance/doctor/catalogue/read-catalogue.ts'
import { startEmbeddedPostgres } from '@afterai/embedded-postgres'
import { migrate } from '../packages/server/src/platform/migrations.ts'

/** Reads the catalogue of what the migrations make, from a database that they have just made: the start of a server compares its own with it. */
export async function catalogueReference(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'afterai-catalogue-'))
  chmodSync(dataDir, 0o711)
  const cluster = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  try {
    await migrate(cluster.admin, { name: 'afterai_server', password: 'only-while-this-runs' })
    return `${JSON.stringify(await readMadeCatalogue(cluster.admin), null, 2)}\n`
  } finally {
    await cluster.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
