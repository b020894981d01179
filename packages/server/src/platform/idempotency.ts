import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { createHash, timingSafeEqual } from 'node:crypto'
import { json, type Transaction } from './database.ts'
import type { Purges } from './purges.ts'

declare module './database.ts' {
  interface Tables {
    idempotency: {
      tenant_id: string
      actor_id: string
      key: string
      request_digest: Uint8Array
      body: unknown
    }
  }
}

/** Answers are kept for a day. */
export const idempotencyPurges: Purges = {
  idempotency: (most) => sql`select purge_idempotency(${most}) as gone`,
}

/** A request as the idempotency table knows it. */
export interface KeyedRequest {
  readonly tenantId: string
  readonly actorId: string
  readonly key: string
  readonly method: string
  readonly url: string
  readonly body: unknown
}

/**
 * Runs `work` once for an `Idempotency-Key`: the outcome is kept in the transaction of the change, so a retry finds both or neither.
 * A second request with the same key waits for the first one's commit on the row's unique index, then answers the same.
 * @throws ProblemError `idempotency_conflict` when the key was used for another request
 */
export async function runOnce<T>(tx: Transaction, request: KeyedRequest, work: () => Promise<T>): Promise<T> {
  const digest = digestOf(request)
  const { tenantId: tenant_id, actorId: actor_id, key } = request
  const inserted = await tx
    .insertInto('idempotency')
    .values({ tenant_id, actor_id, key, request_digest: digest, body: null })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  const row = { tenant_id, actor_id, key }
  if (inserted.numInsertedOrUpdatedRows === 0n) {
    const before = await answerKept<T>(tx, request)
    // Its answer was deleted just now, for its age: the key is free again.
    return before === undefined ? runOnce(tx, request, work) : before
  }
  const outcome = await work()
  await tx
    .updateTable('idempotency')
    .set({ body: json<unknown>(outcome ?? null) })
    .where((eb) => eb.and(row))
    .execute()
  return outcome
}

/**
 * The outcome that is kept for a request; undefined if there is none, and while one is on its way, which `runOnce` waits for.
 * @throws ProblemError `idempotency_conflict` when the key was used for another request
 */
export async function answerKept<T>(tx: Transaction, request: KeyedRequest): Promise<T | undefined> {
  const { tenantId: tenant_id, actorId: actor_id, key } = request
  const kept = await tx
    .selectFrom('idempotency')
    .select(['request_digest', 'body'])
    .where((eb) => eb.and({ tenant_id, actor_id, key }))
    .executeTakeFirst()
  if (kept === undefined) return undefined
  if (!timingSafeEqual(kept.request_digest, digestOf(request))) throw new ProblemError('idempotency_conflict')
  return kept.body as T
}

function digestOf({ method, url, body }: KeyedRequest): Uint8Array {
  const hash = createHash('sha256').update(`${method} ${url}\n`)
  return hash.update(body instanceof Uint8Array ? body : JSON.stringify(body ?? null)).digest()
}
