import { CompiledQuery } from 'kysely'
import type { Database, Transaction } from './database.ts'
import { openingOf, type TransactionRole } from './transaction-opening.ts'

type Rows<Statements extends readonly CompiledQuery[]> = {
  -readonly [Index in keyof Statements]: Statements[Index] extends CompiledQuery<infer Row> ? Row[] : never
}

/**
 * Sends statements of one transaction in their order, without waiting for an answer in between: one wait for the database, however many
 * they are. It runs them one after the other, so each sees what those before it did, and holds the locks that they took. If one fails
 * the transaction is aborted and those after it do nothing.
 * @returns the rows of each
 */
export async function together<const Statements extends readonly CompiledQuery[]>(
  tx: Transaction,
  statements: Statements,
): Promise<Rows<Statements>> {
  if (statements.length === 0) return [] as unknown as Rows<Statements>
  const answers = await tx
    .getExecutor()
    .provideConnection((connection) => Promise.all(statements.map((it) => connection.executeQuery(it))))
  return answers.map(({ rows }) => rows) as Rows<Statements>
}

/**
 * Asks in a transaction of its own, which is sent as a whole: one wait for the database. Only for what reads: nobody learns whether a
 * commit arrived. The statements can't run under another role or tenant, for the reasons of `transaction-opening.ts`.
 * @returns the rows of each
 */
export async function askTogether<const Statements extends readonly CompiledQuery[]>(
  db: Database,
  as: TransactionRole,
  statements: Statements,
): Promise<Rows<Statements>> {
  const whole = [openingOf('start transaction read only', as), ...statements, CompiledQuery.raw('commit')]
  // All are waited for, also after a failure: the connection must not go to somebody else before that transaction has ended.
  const answers = await db
    .getExecutor()
    .provideConnection((connection) => Promise.allSettled(whole.map((it) => connection.executeQuery(it))))
  const rows = answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason
    return answer.value.rows
  })
  return rows.slice(1, -1) as unknown as Rows<Statements>
}
