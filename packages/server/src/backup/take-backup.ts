import { sql } from 'kysely'
import type { Database, LoneConnection, Transaction } from '../platform/database.ts'
import { encodeItems, type Item, type KeyFile, type LogHead } from './items.ts'
import { type WrittenFile, writeNewFile } from './new-file.ts'
import { copiedRows, rowForms } from './row-form.ts'
import { createHeader, sealChunks } from './sealed-file.ts'
import { fixForms, leftOut, readSequences, readTables } from './tables.ts'

/** An order for a backup: of what, and as what. */
export interface BackupOrder {
  readonly path: string
  readonly passphrase: string
  readonly backupId: string
  readonly product: string
  readonly migrations: readonly string[]
  readonly keyFingerprint: string
  /** The instance's keys, or undefined for a backup without them. */
  readonly keys: readonly KeyFile[] | undefined
  readonly onProgress?: (table: string, bytes: number) => void
}

/** A backup's file, counts and heads of logs. */
export interface TakenBackup extends WrittenFile {
  readonly rows: number
  readonly tables: number
  readonly logs: readonly LogHead[]
}

/**
 * Writes every table, as one snapshot shows them all, into a new sealed file. The database goes on working meanwhile.
 * @param owner a connection as the owner of the tables
 * @throws BackupError
 */
export async function takeBackup(owner: LoneConnection, order: BackupOrder): Promise<TakenBackup> {
  const { header, fileKey } = await createHeader(order.passphrase)
  const taken = { rows: 0, tables: 0, logs: [] as readonly LogHead[] }
  async function* content(tx: Transaction): AsyncGenerator<Buffer> {
    yield header
    yield* sealChunks(encodeItems(itemsOf({ tx, client: owner.client }, order, taken)), fileKey)
  }
  let failure: unknown
  const file = await owner.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      await sql`set local role afterai_owner`.execute(tx)
      await fixForms(tx)
      return writeNewFile(order.path, content(tx)).catch((error: unknown) => {
        failure = error
        throw error
      })
    })
    // The connection may be gone by now; why the file couldn't be written is what counts.
    .catch((error: unknown) => {
      throw failure ?? error
    })
  return { ...file, ...taken }
}

async function* itemsOf(
  { tx, client }: { tx: Transaction; client: LoneConnection['client'] },
  order: BackupOrder,
  taken: { rows: number; tables: number; logs: readonly LogHead[] },
): AsyncGenerator<Item> {
  const tables = await readTables(tx)
  const { backupId, product, migrations, keyFingerprint, keys } = order
  taken.logs = await readLogs(tx)
  taken.tables = tables.length
  yield {
    kind: 'manifest',
    backupId,
    product,
    takenAt: new Date().toISOString(),
    migrations: [...migrations],
    keyFingerprint,
    keysIncluded: keys !== undefined,
    tables: tables.map(({ name }) => name),
    leftOut: Object.keys(leftOut),
    sequences: await readSequences(tx),
  }
  yield* taken.logs
  yield* keys ?? []
  let bytes = 0
  const form = rowForms[2]
  for (const table of tables) {
    yield { kind: 'table', name: table.name, columns: [...table.columns] }
    const rows = form.startTally()
    for await (const piece of copiedRows(client, form, table)) {
      rows.add(piece)
      bytes += piece.length
      order.onProgress?.(table.name, bytes)
      yield { kind: 'rows', bytes: piece }
    }
    const end = rows.end()
    taken.rows += end.rows
    yield end
  }
  yield { kind: 'end' }
}

/** The newest checkpoint of each log. */
export async function readLogs(db: Database): Promise<LogHead[]> {
  const { rows } = await sql<Omit<LogHead, 'kind'>>`
    select l.tenant_id as "tenantId", l.origin, coalesce(head.size, 0) as size, encode(head.root, 'hex') as root,
      head.note as checkpoint
    from ledger_log l left join lateral (
      select size, root, note from ledger_checkpoint c where c.tenant_id = l.tenant_id order by size desc limit 1) head on true
    order by l.tenant_id`.execute(db)
  return rows.map((row) => ({ kind: 'log', ...row }))
}
