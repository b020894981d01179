import { sql } from 'kysely'
import { from, to } from 'pg-copy-streams'
import { pipeline } from 'node:stream/promises'
import type { NoteVerifier } from '@afterai/record'
import { auditWholeLog } from '../ledger/index.ts'
import type { LoneConnection, Transaction } from '../platform/database.ts'
import { BackupError } from './backup-error.ts'
import { type Item, tally, type TableEnd } from './items.ts'
import { type CheckedBackup, readBackup } from './read-backup.ts'
import { type BackedUpTable, copyIn, copyOut, fixForms, readTables } from './tables.ts'
import { readLogs } from './take-backup.ts'

/** A backup that was checked, and where it is. */
export interface PutBackOrder {
  readonly path: string
  readonly passphrase: string
  readonly backup: CheckedBackup
  /** Verifies the checkpoints of the log of this origin. */
  readonly verifierOf: (origin: string) => NoteVerifier
  readonly onProgress?: (table: string, bytes: number) => void
}

/** Whether no table of the product holds a row. */
export async function isEmptyDatabase({ db }: LoneConnection): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    await sql`set local role afterai_owner`.execute(tx)
    return hasNoRows(tx)
  })
}

async function hasNoRows(tx: Transaction): Promise<boolean> {
  for (const { name } of await readTables(tx)) {
    const { rows } = await sql`select from ${sql.table(name)} limit 1`.execute(tx)
    if (rows.length > 0) return false
  }
  return true
}

/**
 * Copies a backup into an empty database of the same schema, and holds what is there then against the backup and against the
 * logs' own signatures. All of it is one transaction: what fails leaves nothing.
 * @throws BackupError
 */
export async function putBack(owner: LoneConnection, order: PutBackOrder): Promise<void> {
  const { manifest } = order.backup
  await owner.db.transaction().execute(async (tx) => {
    await sql`set local role afterai_owner`.execute(tx)
    await fixForms(tx)
    if (!(await hasNoRows(tx))) throw notEmpty('The database holds rows already.')
    const tables = await readTables(tx)
    const names = tables.map(({ name }) => name)
    if (names.toSorted().join() !== manifest.tables.toSorted().join())
      throw notEmpty('The database has other tables than the backup.')
    const ends = await copyTables(owner, order)
    for (const table of tables) await compareTable(owner, table, ends.get(table.name))
    for (const { table, column, last } of manifest.sequences) {
      if (last === '0') continue
      await sql`select setval(pg_get_serial_sequence(${table}, ${column}), ${last}::bigint)`.execute(tx)
    }
    await compareLogs(tx, order)
  })
}

async function copyTables(
  { client }: LoneConnection,
  { path, passphrase, onProgress }: PutBackOrder,
): Promise<Map<string, TableEnd>> {
  const items = readBackup(path, passphrase)
  const ends = new Map<string, TableEnd>()
  let bytes = 0
  try {
    for (let next = await items.next(); next.done !== true; next = await items.next()) {
      const table = next.value
      if (table.kind !== 'table') continue
      const end = Promise.withResolvers<TableEnd>()
      const rows = rowsOf(items, end.resolve, (size) => onProgress?.(table.name, (bytes += size)))
      await pipeline(rows, client.query(from(copyIn(table))))
      ends.set(table.name, await end.promise)
    }
    return ends
  } finally {
    await items.return(undefined)
  }
}

/** The rows of one table, up to its end. */
async function* rowsOf(
  items: AsyncIterator<Item>,
  onEnd: (end: TableEnd) => void,
  onBytes: (size: number) => void,
): AsyncGenerator<Buffer> {
  for (;;) {
    const { value: item }: IteratorResult<Item, Item> = await items.next()
    if (item.kind === 'tableEnd') return onEnd(item)
    if (item.kind !== 'rows') throw new Error(`${item.kind} in the middle of a table`)
    onBytes(item.bytes.length)
    yield item.bytes
  }
}

// What the database gives back now must be, byte for byte, what was backed up.
async function compareTable(
  { client }: LoneConnection,
  table: BackedUpTable,
  end: TableEnd | undefined,
): Promise<void> {
  const rows = tally()
  for await (const piece of client.query(to(copyOut(table)))) rows.add(piece as Buffer)
  const found = rows.end()
  if (found.rows === end?.rows && found.sha256 === end.sha256) return
  throw new BackupError(
    'not_as_backed_up',
    `The table ${table.name} came out of the database otherwise than it went in.`,
    {
      fix: 'Nothing was restored. Report this with the versions of AfterAI and of PostgreSQL.',
    },
  )
}

async function compareLogs(tx: Transaction, { backup, verifierOf }: PutBackOrder): Promise<void> {
  if (JSON.stringify(await readLogs(tx)) !== JSON.stringify(backup.logs))
    throw brokenLog('The newest checkpoints of the logs are not those that the backup names.')
  for (const { tenantId, origin, size } of backup.logs) {
    const audit = await auditWholeLog(tx, tenantId, [verifierOf(origin)])
    if (!audit.intact || audit.size !== size)
      throw brokenLog(
        `The log ${origin} isn't what its key has signed: ${audit.faults.join('; ') || 'its size differs'}.`,
      )
  }
}

function brokenLog(problem: string): BackupError {
  return new BackupError('broken_log', problem, {
    fix: 'Nothing was restored. The instance had this fault when the backup was made: restore an earlier one.',
  })
}

/** A target that isn't fit to be restored into. */
export function notEmpty(problem: string): BackupError {
  return new BackupError('not_empty', problem, {
    fix: 'Restore into a new data directory (AFTERAI_DATA_DIR), or into a new, empty database.',
  })
}
