import { rootOf } from '@afterai/record'
import { parseArgs } from 'node:util'
import { embeddedLogin } from '../platform/database-login.ts'
import { createAudit, systemActor } from '../audit/index.ts'
import { type InstanceKeys, loadInstanceKeys } from '../keys/index.ts'
import {
  auditWholeLog,
  createAppend,
  createFence,
  createLedgerKeys,
  createProducers,
  HeadMismatch,
  LogWentBack,
  type LogMemory,
  logMemoryPath,
  openLogMemory,
  readAcceptances,
  readStoredTree,
  writeAcceptance,
} from '../ledger/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import { type Connection, type Database, openDatabase, withRole, withTenant } from '../platform/database.ts'
import { readTimeline, type Timeline } from '../platform/database-timeline.ts'
import { findEmbeddedCluster, startEmbeddedPostgres } from '@afterai/embedded-postgres'

/** A log that was accepted as it is. */
interface AcceptedLog {
  readonly tenantId: string
  readonly size: number
  /** The size of the greatest checkpoint that this machine remembers of it. */
  readonly lostFrom: number | null
  readonly faults: readonly string[]
}

/**
 * `log accept-loss --reason TEXT [--tenant ID] [--json]`: has logs go on as they are. Those that hold less, or other entries, than this
 * machine remembers, and those whose verification finds something; the one that is named besides. Answers the exit code.
 */
export async function runLogProgram(
  args: readonly string[],
  configuration: Configuration,
  say: (text: string) => void,
): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { reason: { type: 'string' }, tenant: { type: 'string' }, json: { type: 'boolean' } },
  })
  const reason = values.reason?.trim() ?? ''
  if (reason === '' || reason.length > 1_000) {
    say('afterai: Give --reason TEXT, up to 1000 characters: why the log goes on without what is lost.\n')
    return 1
  }
  const keys = await loadInstanceKeys(configuration.keyDir, { make: false })
  const memory = openLogMemory(logMemoryPath(configuration.dataDir))
  try {
    const accepted = await withLogin(configuration, (connection) =>
      acceptLoss({ connection, keys, memory, reason, tenant: values.tenant }),
    )
    say(values.json === true ? `${JSON.stringify({ accepted }, null, 2)}\n` : linesOf(accepted))
    return 0
  } catch (error) {
    if (!(error instanceof HeadMismatch)) throw error
    say(`afterai: ${error.message}. There is no tree to go on from: restore a backup with \`afterai restore\`.\n`)
    return 1
  }
}

function linesOf(accepted: readonly AcceptedLog[]): string {
  if (accepted.length === 0) {
    return 'Nothing is wrong with any log as far as this machine remembers. If another server says so, name the log: --tenant ID.\n'
  }
  const lines = accepted.map(({ tenantId, size, lostFrom, faults }) => {
    const found = `${faults.length} ${faults.length === 1 ? 'finding' : 'findings'} accepted`
    return `log of ${tenantId}: goes on from ${size} entries${signedBefore(size, lostFrom)}; ${found}\n`
  })
  return `${lines.join('')}Running servers take it up within a minute. Whoever kept a later checkpoint will refuse this log, and is right to: tell them.\n`
}

/** Says what this machine saw signed that the log no longer has: more entries, or others; empty where it misses nothing. */
function signedBefore(size: number, lostFrom: number | null): string {
  if (lostFrom === null) return ''
  return lostFrom > size ? `, ${lostFrom} had been signed` : `, others had been signed up to ${lostFrom}`
}

interface Order {
  readonly connection: Connection
  readonly keys: InstanceKeys
  readonly memory: LogMemory
  readonly reason: string
  readonly tenant: string | undefined
}

async function acceptLoss({ connection, keys, ...order }: Order): Promise<AcceptedLog[]> {
  const database = openDatabase(connection, { poolSize: 2, onError: () => undefined })
  const { db, pool } = database
  try {
    const client = await pool.connect()
    const timeline = await readTimeline(client).finally(() => client.release())
    const logs = await withRole(db, 'afterai_sequencer', (tx) =>
      tx.selectFrom('ledger_log').select(['tenant_id', 'origin']).orderBy('tenant_id').execute(),
    )
    const accepted: AcceptedLog[] = []
    for (const { tenant_id: tenantId, origin } of logs) {
      const log = await acceptLog({ db, keys, timeline, ...order }, { tenantId, origin })
      if (log !== undefined) accepted.push(log)
    }
    return accepted
  } finally {
    await database.close()
  }
}

/** Accepts one log, where something is wrong with it or it is named. All of it is one transaction. */
function acceptLog(
  order: Omit<Order, 'connection'> & { readonly db: Database; readonly timeline: Timeline | undefined },
  { tenantId, origin }: { tenantId: string; origin: string },
): Promise<AcceptedLog | undefined> {
  const { db, keys, memory, reason, tenant, timeline } = order
  const ledgerKeys = createLedgerKeys(keys.record.privateKey, keys.log.privateKey)
  const audit = createAudit(createAppend(ledgerKeys.recordSigner, createProducers()))
  return withTenant(db, tenantId, async (tx) => {
    const { tree } = await readStoredTree(tx, tenantId, ledgerKeys.checkpointSigner)
    const { faults } = await auditWholeLog(tx, tenantId, [ledgerKeys.checkpointVerifier(origin)])
    const had = memory.checkpointOf(tenantId)
    const isWhole = await isAdmitted(createFence(memory, ledgerKeys.recordKey).admit(tx, tenantId, tree))
    const accepted = (await readAcceptances(tx, tenantId, ledgerKeys.recordKey)).flatMap((it) => it.faults)
    const isNew = faults.some((fault) => !accepted.includes(fault))
    if (tenant !== tenantId && isWhole && !isNew) return undefined
    const size = Number(tree.size)
    const lostFrom = isWhole ? null : (had?.size ?? null)
    const acceptance = { tenantId, acceptedAt: new Date(), size, root: rootOf(tree), faults, database: timeline }
    await writeAcceptance(tx, ledgerKeys.recordSigner, acceptance)
    const actor = systemActor(tenantId)
    const details = { reason, size, lostFrom, findings: faults.length }
    await audit(tx, actor, { action: 'log.accept_loss', resource: `log/${tenantId}`, details })
    return { tenantId, size, lostFrom, faults }
  })
}

async function isAdmitted(admitting: Promise<void>): Promise<boolean> {
  try {
    await admitting
    return true
  } catch (error) {
    if (error instanceof LogWentBack) return false
    throw error
  }
}

async function withLogin<T>(
  { database, dataDir }: Configuration,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  if (database.kind === 'external') return work({ url: database.url })
  const { name: user, password } = embeddedLogin(dataDir)
  const running = findEmbeddedCluster({ dataDir })?.running
  if (running !== undefined) return work({ ...running, user, password })
  const embedded = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  try {
    return await work({ ...embedded.admin, user, password })
  } finally {
    await embedded.stop()
  }
}
