import { type AcceptedBaseline, ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import type { Caller } from '../access/index.ts'
import { findSystem } from '../ace/index.ts'
import { type Audit, emailThen, nameThen } from '../audit/index.ts'
import type { Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'

/**
 * Accepts what an environment runs with, which no decision covers: what ran first, or before AfterAI, or by what somebody else dismissed as
 * no change.
 * @throws ProblemError `not_found`, `conflict` where something else runs by now, `invalid_transition` where it is to be decided on
 */
export async function acceptBaseline(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  wanted: {
    readonly system: string
    readonly environment: string
    readonly fingerprint: string
    readonly reason: string
  },
): Promise<AcceptedBaseline> {
  const { tenantId } = principal
  const { environment, fingerprint, reason } = wanted
  const { id: systemId } = await findSystem(tx, tenantId, wanted.system)
  // Held, so that nothing else begins to run while it is accepted.
  const now = await tx
    .selectFrom('environment')
    .select('fingerprint')
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', systemId)
    .where('name', '=', environment)
    .forShare()
    .executeTakeFirst()
  if (now === undefined) {
    throw new ProblemError('not_found', { detail: `${wanted.system} was never seen in ${environment}` })
  }
  if (now.fingerprint !== fingerprint) {
    throw new ProblemError('conflict', { detail: 'something else runs by now; look at it again: afterai status' })
  }
  await refuseDecidable(tx, tenantId, { systemId, environment, accountId: principal.accountId })
  const row = await tx
    .insertInto('accepted_baseline')
    .values({
      tenant_id: tenantId,
      id: newId(),
      system_id: systemId,
      environment,
      fingerprint,
      reason,
      accepted_by: principal.accountId,
      accepted_by_name: nameThen(principal),
      accepted_by_email: emailThen(principal),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, {
    action: 'environment.accept',
    resource: `system/${systemId}`,
    details: { environment, fingerprint, reason },
  })
  return {
    id: row.id,
    system: wanted.system,
    environment,
    fingerprint,
    reason,
    acceptedAt: row.accepted_at.toISOString(),
    acceptedBy: row.accepted_by,
    acceptedByName: row.accepted_by_name,
  }
}

/** What led to what runs: the change of the newest run, and the record that rules on it. */
interface Led {
  readonly change_id: string | null
  readonly status: 'pending' | 'confirmed' | 'dismissed' | null
  readonly settled_by: string | null
  readonly record_id: string | null
}

// One person's acceptance is no way around a decision that two take.
async function refuseDecidable(
  tx: Transaction,
  tenantId: string,
  place: { readonly systemId: string; readonly environment: string; readonly accountId: string },
): Promise<void> {
  const { rows } = await sql<Led>`
    select r.change_id, c.status, c.settled_by, rec.id as record_id
    from (
      select * from run where tenant_id = ${tenantId} and system_id = ${place.systemId} and environment = ${place.environment}
      order by started_at desc, fingerprint desc limit 1
    ) r
    left join change c on c.tenant_id = ${tenantId} and c.id = r.change_id
    left join lateral (
      select id from record
      where tenant_id = ${tenantId} and system_id = r.system_id and environment = r.environment and fingerprint = r.fingerprint
      limit 1
    ) rec on true`.execute(tx)
  const detail = refusalOf(rows[0], place.accountId)
  if (detail !== undefined) throw new ProblemError('invalid_transition', { detail })
}

function refusalOf(led: Led | undefined, accountId: string): string | undefined {
  if (led === undefined || led.change_id === null) return undefined
  const { change_id: changeId, record_id: recordId } = led
  if (recordId !== null)
    return `record ${recordId} rules on it; another decision changes that: afterai decide ${changeId}`
  if (led.status !== 'dismissed') return `change ${changeId} led to it: decide on that, or dismiss it as no change`
  if (led.settled_by === accountId) return `you dismissed change ${changeId}, which led to it: somebody else accepts it`
  return undefined
}
