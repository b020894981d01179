import { AsyncLocalStorage } from 'node:async_hooks'
import { CompiledQuery, type DatabaseConnection, type Dialect, PostgresDialect, PostgresDriver } from 'kysely'
import type { Pool } from 'pg'

/** As whom a transaction runs. The server's login inherits no role, so code that takes on none may do nothing. */
export interface TransactionRole {
  readonly role: 'afterai_app' | 'afterai_sequencer'
  /** The tenant whose rows are shown; empty for none. */
  readonly tenantId: string
}

interface Opening {
  readonly as: TransactionRole
  /** Why it didn't open, where it didn't. */
  failure?: unknown
}

const opening = new AsyncLocalStorage<Opening>()

/**
 * Runs `open`, in which the next transaction that is opened takes on a role and a tenant. Both end with that transaction. If it didn't open,
 * that is what is thrown: its first statement, which was sent along, can only tell that it wasn't let in.
 */
export async function openAs<T>(as: TransactionRole, open: () => Promise<T>): Promise<T> {
  const own: Opening = { as }
  try {
    return await opening.run(own, open)
  } catch (error) {
    throw own.failure ?? error
  }
}

/** PostgreSQL over a pool whose connections have pg's `pipeline` on. */
export function createDialect(pool: Pool): Dialect {
  return new EagerDialect({ pool })
}

class EagerDialect extends PostgresDialect {
  readonly #config: { pool: Pool }

  constructor(config: { pool: Pool }) {
    super(config)
    this.#config = config
  }

  override createDriver(): PostgresDriver {
    return new EagerDriver(this.#config)
  }
}

const tenantText = /^[0-9a-f-]*$/

/**
 * Opens a transaction that takes on a role and a tenant, in one message: the database reads and answers one in place of two.
 * @param begin the statement that opens it
 */
export function openingOf(begin: 'begin' | 'start transaction read only', as: TransactionRole): CompiledQuery {
  // A message of several statements has no parameters, so what goes into it is no text of anybody's.
  if (!tenantText.test(as.tenantId)) throw new Error('the id of the tenant is none')
  return CompiledQuery.raw(
    `${begin}; select set_config('role', '${as.role}', true), set_config('app.tenant', '${as.tenantId}', true)`,
  )
}

/**
 * Sends the opening of a transaction together with its first statement, which saves two waits for the database in each.
 * That statement can't run under another role or tenant than was asked for: if `begin` fails, nothing behind it in its message is run and
 * the login has no rights; if the settings fail, the transaction is aborted. Nothing is committed unless both went well.
 */
class EagerDriver extends PostgresDriver {
  readonly #openings = new WeakMap<DatabaseConnection, Promise<unknown>>()

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const own = opening.getStore()
    if (own === undefined) throw new Error('a transaction is opened by withTenant or withRole alone')
    const opened = connection.executeQuery(openingOf('begin', own.as))
    // Awaited at the commit; where the transaction is given up before, `openAs` tells it.
    opened.catch((error: unknown) => (own.failure = error))
    this.#openings.set(connection, opened)
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#openings.get(connection)
    return super.commitTransaction(connection)
  }
}
