import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KeyFileError, loadInstanceKeys } from '../../keys/index.ts'
import {
  createFence,
  createLedgerKeys,
  endFaults,
  HeadMismatch,
  logBegin,
  logMemoryPath,
  LogMemoryError,
  LogWentBack,
  openLogMemory,
  readExtent,
  readStoredTree,
  verifyPage,
} from '../../ledger/index.ts'
import type { Check } from './check.ts'
import type { Configuration } from '../../platform/configuration.ts'
import { type Connection, type Database, isDamage, openDatabase, withRole } from '../../platform/database.ts'
import { findEmbeddedCluster } from '@afterai/embedded-postgres'

const name = 'stored logs'
const shown = 5

/**
 * Reads the logs of a database that can be reached, from their first entries and for so long at most, and holds them against what this machine
 * remembers. It says how far it came. Nothing without keys or a database: other checks tell that.
 */
export async function checkStoredLogs(configuration: Configuration, budgetMs = 20_000): Promise<Check[]> {
  const connection = connectionOf(configuration)
  if (connection === undefined) return []
  const database = openDatabase(connection, { poolSize: 1, onError: () => undefined, connectTimeoutMs: 3_000 })
  try {
    const keys = await loadInstanceKeys(configuration.keyDir, { make: false })
    const ledgerKeys = createLedgerKeys(keys.record.privateKey, keys.log.privateKey)
    const memory = openLogMemory(logMemoryPath(configuration.dataDir))
    const fence = createFence(memory, ledgerKeys.recordKey)
    const read = await readLogs(database.db, { ledgerKeys, fence, endsAt: Date.now() + budgetMs })
    return [judge(read)]
  } catch (error) {
    if (error instanceof KeyFileError) return []
    const found = error instanceof LogMemoryError ? error.message : 'they could not be read to their end'
    return [{ name, state: 'fail', found, fix: 'Mend what the other checks tell, then look again.' }]
  } finally {
    await database.close()
  }
}

function connectionOf({ database, dataDir }: Configuration): Connection | undefined {
  if (database.kind === 'external') return { url: database.url }
  const login = join(dataDir, 'database-login')
  const running = existsSync(login) ? findEmbeddedCluster({ dataDir })?.running : undefined
  return running && { ...running, user: 'afterai_server', password: readFileSync(login, 'utf8') }
}

interface ReadLogs {
  readonly logs: number
  readonly verified: number
  readonly entries: number
  readonly faults: readonly string[]
}

function judge({ logs, verified, entries, faults }: ReadLogs): Check {
  const of = `${verified} of ${entries} entries of ${logs} logs verified`
  if (faults.length === 0)
    return { name, state: 'ok', found: verified < entries ? `${of}; a server verifies the rest` : of }
  const more = faults.length > shown ? `; ${faults.length - shown} more` : ''
  return {
    name,
    state: 'fail',
    found: `${faults.slice(0, shown).join('; ')}${more}`,
    fix: 'Compare the database with a backup, and bring the right one back. Only where there is none, go on without what is lost.',
    commands: ['afterai log accept-loss --reason "why"'],
    variable: 'AFTERAI_DATABASE_URL',
  }
}

type Reading = {
  readonly ledgerKeys: ReturnType<typeof createLedgerKeys>
  readonly fence: ReturnType<typeof createFence>
  readonly endsAt: number
}

async function readLogs(db: Database, reading: Reading): Promise<ReadLogs> {
  const logs = await withRole(db, 'afterai_sequencer', (tx) =>
    tx.selectFrom('ledger_log').select(['tenant_id', 'origin']).orderBy('tenant_id').execute(),
  )
  const faults: string[] = []
  let verified = 0
  let entries = 0
  for (const { tenant_id: tenantId, origin } of logs) {
    const found = await readLog(db, reading, { tenantId, origin })
    faults.push(...found.faults.map((fault) => `log ${tenantId}: ${fault}`))
    verified += found.verified
    entries += found.entries
  }
  return { logs: logs.length, verified, entries, faults }
}

async function readLog(
  db: Database,
  { ledgerKeys, fence, endsAt }: Reading,
  { tenantId, origin }: { tenantId: string; origin: string },
): Promise<Omit<ReadLogs, 'logs'>> {
  const known = [ledgerKeys.checkpointVerifier(origin)]
  const faults: string[] = []
  await withRole(db, 'afterai_sequencer', async (tx) => {
    const { tree } = await readStoredTree(tx, tenantId, ledgerKeys.checkpointSigner)
    await fence.admit(tx, tenantId, tree)
  }).catch((error: unknown) => {
    const isVerdict = error instanceof HeadMismatch || error instanceof LogWentBack
    if (!isVerdict && !isDamage(error)) throw error
    faults.push(
      isVerdict ? error.message : "its newest entries are not readable: the database's storage of them is damaged",
    )
  })
  const extent = await withRole(db, 'afterai_sequencer', (tx) => readExtent(tx, tenantId))
  faults.push(...endFaults(extent))
  let position = logBegin
  while (position.size < extent.end && Date.now() < endsAt) {
    const at = { position, end: extent.end, known }
    const page = await withRole(db, 'afterai_sequencer', (tx) => verifyPage(tx, tenantId, at))
    faults.push(...page.faults)
    position = page.position
  }
  return { verified: position.size, entries: extent.end, faults }
}
