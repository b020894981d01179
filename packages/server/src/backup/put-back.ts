import { sql } from 'kysely'
import { from } from 'pg-copy-streams'
import { pipeline } from 'node:stream/promises'
import type { NoteVerifier } from '@afterai/record'
import { auditWholeLog } from '../ledger/index.ts'
import type { LoneConnection, Transaction } from '../platform/database.ts'
import { BackupError } from './backup-error.ts'
import { type Dropped, dropConstraints, runAll } from './constraints.ts'
import { isSameEnd, type Item, type TableEnd } from './items.ts'
import { type AuthenticBackup, type OnProgress, type OpenedBackup, readBackup } from './read-backup.ts'
import { copiedRows, type RowForm, rowForms } from './row-form.ts'
import { type BackedUpTable, fixForms, readTables } from './tables.ts'
import { readLogs } from './take-backup.ts'

/** A backup that is authentic, and how to read it. */
export interface PutBackOrder {
  readonly opened: OpenedBackup
  readonly backup: AuthenticBackup
  /** Verifies the checkpoints of the log of this origin. */
  readonly verifierOf: (origin: string) => NoteVerifier
  readonly onProgress?: OnProgress
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
 * logs' own signatures. All of it is one transaction: what fails leaves nothing. Answers how many rows there are.
 * @throws BackupError
 */
export async function putBack(owner: LoneConnection, order: PutBackOrder): Promise<number> {
  const { manifest } = order.backup
  return owner.db.transaction().execute(async (tx) => {
    await sql`set local role afterai_owner`.execute(tx)
    await fixForms(tx)
    await sql`set local maintenance_work_mem = '128MB'`.execute(tx)
    if (!(await hasNoRows(tx))) throw notEmpty('The database holds rows already.')
    const tables = await readTables(tx)
    const names = tables.map(({ name }) => name)
    if (names.toSorted().join() !== manifest.tables.toSorted().join())
      throw notEmpty('The database has other tables than the backup.')
    const dropped = await dropConstraints(tx)
    const ends = await copyTables(tx, owner, { ...order, dropped })
    order.onProgress?.('what tables refer to', 0)
    await runAll(tx, dropped.references)
    let rows = 0
    for (const table of tables) rows += await compareTable(owner, { table, end: ends.get(table.name), order })
    for (const { table, column, last } of manifest.sequences) {
      if (last === '0') continue
      await sql`select setval(pg_get_serial_sequence(${table}, ${column}), ${last}::bigint)`.execute(tx)
    }
    await compareLogs(tx, order)
    return rows
  })
}

async function copyTables(
  tx: Transaction,
  { client }: LoneConnection,
  { opened, onProgress, dropped }: PutBackOrder & { readonly dropped: Dropped },
): Promise<Map<string, TableEnd>> {
  const form = rowForms[opened.format]
  const items = readBackup(opened)
  const ends = new Map<string, TableEnd>()
  let bytes = 0
  try {
    for (let next = await items.next(); next.done !== true; next = await items.next()) {
      const table = next.value
      if (table.kind !== 'table') continue
      const end = Promise.withResolvers<TableEnd>()
      const rows = rowsOf(items, {
        form,
        onEnd: end.resolve,
        onBytes: (size) => onProgress?.(table.name, (bytes += size)),
      })
      await pipeline(rows, client.query(from(form.copyIn(table))))
      ends.set(table.name, await end.promise)
      onProgress?.(`indexes of ${table.name}`, bytes)
      await runAll(tx, dropped.onTable.get(table.name) ?? [])
    }
  } finally {
    await items.return(undefined)
  }
  const left = [...dropped.onTable].filter(([name]) => !ends.has(name))
  await runAll(
    tx,
    left.flatMap(([, statements]) => statements),
  )
  return ends
}

interface RowsReading {
  readonly form: RowForm
  readonly onEnd: (end: TableEnd) => void
  readonly onBytes: (size: number) => void
}

/** The rows of one table, up to its end, as COPY reads them. */
async function* rowsOf(items: AsyncIterator<Item>, { form, onEnd, onBytes }: RowsReading): AsyncGenerator<Buffer> {
  yield form.head
  for (;;) {
    const { value: item }: IteratorResult<Item, Item> = await items.next()
    if (item.kind === 'tableEnd') {
      onEnd(item)
      break
    }
    if (item.kind !== 'rows') throw new Error(`${item.kind} in the middle of a table`)
    onBytes(item.bytes.length)
    yield item.bytes
  }
  yield form.tail
}

// What the database gives back now must be, byte for byte, what was backed up.
async function compareTable(
  { client }: LoneConnection,
  { table, end, order }: { table: BackedUpTable; end: TableEnd | undefined; order: PutBackOrder },
): Promise<number> {
  const form = rowForms[order.opened.format]
  const rows = form.startTally()
  let bytes = 0
  for await (const piece of copiedRows(client, form, table)) {
    rows.add(piece)
    order.onProgress?.(`comparing ${table.name}`, (bytes += piece.length))
  }
  const found = rows.end()
  if (end !== undefined && isSameEnd(found, end)) return found.rows
  throw new BackupError(
    'not_as_backed_up',
    `The table ${table.name} came out of the database otherwise than it went in.`,
    {
      fix: 'Nothing was restored. Report this with the versions of AfterAI and of PostgreSQL.',
    },
  )
}

async function compareLogs(tx: Transaction, { backup, verifierOf, onProgress }: PutBackOrder): Promise<void> {
  if (JSON.stringify(await readLogs(tx)) !== JSON.stringify(backup.logs))
    throw brokenLog('The newest checkpoints of the logs are not those that the backup names.')
  for (const { tenantId, origin, size } of backup.logs) {
    onProgress?.(`recomputing ${origin}`, 0)
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
