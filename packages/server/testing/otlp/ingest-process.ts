import { composeServer } from '../../src/instance/composition.ts'
import { loadInstanceKeys } from '../../src/keys/index.ts'
import type { Connection } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { partsOf } from '../test-server.ts'

/** Orders to the process: a database, and the directory of its keys. */
export interface IngestOrders {
  readonly connection: Connection
  readonly keyDir: string
}

// A server of its own process over a database that others share, to be killed at any moment.
const orders = JSON.parse(process.argv[2] ?? '{}') as IngestOrders
process.on('disconnect', () => process.exit(0))
const { http } = await composeServer(
  partsOf(
    {
      connection: orders.connection,
      keys: await loadInstanceKeys(orders.keyDir, { make: false }),
      log: createLog('silent'),
    },
    { databasePoolSize: 3 },
  ),
)
process.stdout.write(`${await http.listen({ host: '127.0.0.1', port: 0 })}\n`)
