import { Kysely, PostgresDialect, type RawBuilder, sql, type Transaction as KyselyTransaction } from 'kysely'
import { Client, type ClientBase, DatabaseError, Pool, TypeOverrides, type ClientConfig } from 'pg'
import { PreparingClient } from './prepared-client.ts'
import { traced } from './tracing.ts'
import { createDialect, openAs, type TransactionRole } from './transaction-opening.ts'

/**
 * Every table of the product. Each feature adds its own by declaration merging, next to the code that owns it:
 * `declare module '../platform/database.ts' { interface Tables { … } }`.
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- filled by declaration merging
export interface Tables {}

/** The database, outside a transaction. */
export type Database = Kysely<Tables>
/** A transaction that is open. */
export type Transaction = KyselyTransaction<Tables>

// int8 and numeric aggregates fit a double here (counts, sums of counts); ledger indices are read as text where they may not.
const int8 = 20
const types = new TypeOverrides()
types.setTypeParser(int8, (text) => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a database integer exceeds 2^53')
  return value
})

/** How to reach the database: a URL, or the parts of a Unix socket connection. */
export type Connection =
  | { readonly url: string }
  | {
      readonly host: string
      readonly port: number
      readonly user: string
      readonly password: string
      readonly database: string
    }

/** Options of `pg` for a connection. */
export function connectionOptions(connection: Connection): ClientConfig {
  return 'url' in connection ? { connectionString: connection.url } : { ...connection }
}

/** The pool and the query builder over it. `close` waits for queries under way. */
export interface OpenDatabase {
  readonly db: Database
  readonly pool: Pool
  close(): Promise<void>
}

/**
 * Opens a pool of connections. Nothing is connected until the first query.
 * @param options.poolSize most connections at once
 */
export function openDatabase(
  connection: Connection,
  options: {
    poolSize: number
    onError: (error: Error) => void
    connectTimeoutMs?: number
    /** Looks at each new connection before it is used; what it throws refuses the connection. */
    onConnect?: (client: ClientBase) => Promise<void>
  },
): OpenDatabase {
  let isClosing = false
  // A connection that was told to end may still hear that the database stops: nothing that anybody has to know.
  const report = (error: Error): void => {
    if (!isClosing) options.onError(error)
  }
  const pool = new Pool({
    ...connectionOptions(connection),
    max: options.poolSize,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    statement_timeout: 10_000,
    // For a database that says nothing any more, or can't commit since its standby is gone: of those its own limit never tells.
    query_timeout: 12_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'afterai',
    // What is sent before an answer has come goes out at once; see transaction-opening.ts for what makes use of it.
    pipeline: true,
    types,
    // The pool waits for what it returns, which its types don't tell.
    ...({ onConnect: options.onConnect } as object),
    Client: PreparingClient,
  })
  // An idle connection that breaks (database restart) is reported here; without a listener it would end the process.
  pool.on('error', report)
  // So is one that breaks while a transaction holds it; its query fails as well, which is how the caller learns of it.
  pool.on('connect', (client) => client.on('error', report))
  const db: Database = new Kysely({ dialect: createDialect(pool) })
  return {
    db,
    pool,
    close() {
      isClosing = true
      return db.destroy()
    },
  }
}

/** One connection, for work that isn't a request's: as whoever connects, without time limits, with the driver at hand. */
export interface LoneConnection {
  readonly client: Client
  readonly db: Database
  close(): Promise<void>
}

/** Opens one connection. Its transactions take on no role by themselves. */
export async function openLoneConnection(connection: Connection): Promise<LoneConnection> {
  const client = new Client({ ...connectionOptions(connection), connectionTimeoutMillis: 5_000, types })
  // A connection that breaks fails its query as well; without a listener it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  const held = Object.assign(client, { release: () => undefined })
  const dialect = new PostgresDialect({
    pool: { options: {}, connect: async () => held, end: async () => undefined },
  })
  return { client, db: new Kysely({ dialect }), close: () => client.end() }
}

/** Runs `work` in one transaction in which row level security shows the rows of `tenantId` alone. */
export function withTenant<T>(db: Database, tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return inTransaction(db, { role: 'afterai_app', tenantId }, work)
}

/** Runs a part of the transaction of tenant `from` for tenant `to`, such as an event that belongs into its trail as well. */
export async function forTenant<T>(
  tx: Transaction,
  { from, to }: { from: string; to: string },
  work: () => Promise<T>,
): Promise<T> {
  await sql`select set_config('app.tenant', ${to}, true)`.execute(tx)
  // Not set back when `work` throws: the transaction ends then.
  const result = await work()
  await sql`select set_config('app.tenant', ${from}, true)`.execute(tx)
  return result
}

/** Runs `work` in one transaction as `role`, with no tenant set: rows of tenants stay hidden unless the role's policies say otherwise. */
export function withRole<T>(
  db: Database,
  role: TransactionRole['role'],
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return inTransaction(db, { role, tenantId: '' }, work)
}

function inTransaction<T>(db: Database, as: TransactionRole, work: (tx: Transaction) => Promise<T>): Promise<T> {
  return settled((watch) =>
    openAs(as, () =>
      traced('database transaction', () =>
        db.transaction().execute((tx) => {
          watch(tx)
          return work(tx)
        }),
      ),
    ),
  )
}

type Listener = (committed: boolean) => void

const listeners = new WeakMap<Transaction, Listener[]>()

/** Calls `listener` once when the transaction has ended. `false` also when it isn't known whether the commit arrived. */
export function onceSettled(tx: Transaction, listener: Listener): void {
  const others = listeners.get(tx)
  if (others === undefined) throw new Error('the transaction was not opened by withTenant or withRole')
  others.push(listener)
}

async function settled<T>(run: (watch: (tx: Transaction) => void) => Promise<T>): Promise<T> {
  const own: Listener[] = []
  const tell = (committed: boolean): void => own.forEach((listener) => listener(committed))
  try {
    const result = await run((tx) => listeners.set(tx, own))
    tell(true)
    return result
  } catch (error) {
    tell(false)
    throw error
  }
}

/**
 * The statement that takes an advisory lock until the end of its transaction. A name is a promise to functions of the schema and to servers of
 * other releases on the same database, which take the same lock by the same name: it stays as it is.
 */
export function lockNamed(name: string): RawBuilder<unknown> {
  return sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`
}

/** Waits for the lock of a name, and holds it until the transaction ends. */
export async function holdLock(tx: Transaction, name: string): Promise<void> {
  await lockNamed(name).execute(tx)
}

/** A value as a `jsonb` parameter. `pg` would turn a JavaScript array into a PostgreSQL array. */
export function json<T>(value: T): ReturnType<typeof sql<T>> {
  return sql<T>`${JSON.stringify(value)}::text::jsonb`
}

// Its own words for why it doesn't serve: connection exceptions (class 08), shutting down, starting up, no connections left, memory, a
// statement, a lock or a transaction that took too long, one in which nothing was asked for too long, a standby that takes no writes, and two
// transactions of which one had to give way.
const awayStates = /^(?:08...|57P0[0-5]|57014|53300|53200|55P03|25006|25P0[34]|40P01|40001)$/

// Those of its driver, which have no code, and those of the system.
const awayWords =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (?:has encountered|was closed)|Cannot use a pool|driver has already been destroyed)/
const awayCodes = /^(?:ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_\w+|ENOENT|EMFILE|ENFILE)$/

/** A database on an earlier timeline than one that this process was connected to. */
export class TimelineWentBack extends Error {
  constructor(timeline: number, seen: number) {
    super(
      `the database is on timeline ${timeline}, and this process has seen ${seen}: an old primary, or an older copy`,
    )
  }
}

/** Whether an error says that the database couldn't be asked, or gave the work up: what it was about can be sent again as it is. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof TimelineWentBack) return true
  if (error instanceof DatabaseError) return awayStates.test(error.code ?? '')
  if (!(error instanceof Error)) return false
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException
  return (
    awayWords.test(error.message) || (awayCodes.test(code) && /^(?:connect|read|write|getaddrinfo|)$/.test(syscall))
  )
}

/** The SQLSTATE of a database error, or undefined. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

/** Whether a database error says that there is such a row already. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505'
}

/**
 * Whether a database error says that another transaction was first: it made the row that this one makes too, or took away the one that this
 * one refers to. Where that is expected it is caught; what is left are requests at the same moment.
 */
export function isOutrun(error: unknown): boolean {
  return /^(?:23505|23503|23P01)$/.test(sqlState(error) ?? '')
}

/** Whether a database error says that a part of its storage can't be read: a page with a wrong checksum, a row of no known form, a file that is gone. */
export function isDamage(error: unknown): boolean {
  return /^(?:XX00[0-2]|58030|58P01)$/.test(sqlState(error) ?? '')
}
