import { join } from 'node:path'
import { startEmbeddedPostgres } from '@afterai/embedded-postgres'
import type { Client } from 'pg'
import { loadInstanceKeys } from '../packages/server/src/keys/index.ts'
import { fillLog } from '../packages/server/src/ledger/fill-log.ts'
import { createLedgerKeys } from '../packages/server/src/ledger/index.ts'
import { openLoneConnection } from '../packages/server/src/platform/database.ts'

/** Fills the log of the tenant `acme` while no server runs on the directory, and answers what is asked of it then. */
export async function fillStoredLog<T>(
  dataDir: string,
  count: number,
  ask: (client: Client, tenantId: string) => Promise<T>,
): Promise<T> {
  const database = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  const connection = await openLoneConnection(database.admin)
  try {
    const keys = await loadInstanceKeys(join(dataDir, 'keys'), { make: false })
    const { rows } = await connection.client.query<{ id: string; origin: string }>(
      `select tenant_id as id, origin from ledger_log join tenant on id = tenant_id where slug = 'acme'`,
    )
    const [log] = rows
    if (log === undefined) throw new Error('the tenant has no log')
    const signer = createLedgerKeys(keys.record.privateKey, keys.log.privateKey).checkpointSigner(log.origin)
    await fillLog(connection.db, { tenantId: log.id, signer, count })
    return await ask(connection.client, log.id)
  } finally {
    await connection.close()
    await database.stop()
  }
}
