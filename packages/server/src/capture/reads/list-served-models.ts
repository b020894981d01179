import type { ServedModel } from '@afterai/contract'
import type { Transaction } from '../../platform/database.ts'
import { readCursor, toPage } from '../../platform/page.ts'
import { verdictOf } from './verdict.ts'

type IdentityView = ServedModel['identities'][number]

/** One page of what systems ask for and get, newest first. */
export async function listServedModels(
  tx: Transaction,
  tenantId: string,
  { limit, cursor, system }: { limit: number; cursor?: string | undefined; system?: string | undefined },
): Promise<{ items: ServedModel[]; nextCursor: string | null }> {
  const before = readCursor(cursor)
  const rows = await tx
    .selectFrom('served_model as m')
    .innerJoin('system as s', (join) => join.onRef('s.tenant_id', '=', 'm.tenant_id').onRef('s.id', '=', 'm.system_id'))
    .selectAll('m')
    .select('s.name as system')
    .where('m.tenant_id', '=', tenantId)
    .$if(before !== undefined, (query) => query.where('m.id', '<', before ?? ''))
    .$if(system !== undefined, (query) =>
      query.where('m.system_id', '=', (eb) =>
        eb
          .selectFrom('system')
          .select('id')
          .where('tenant_id', '=', tenantId)
          .where('name', '=', system ?? ''),
      ),
    )
    .orderBy('m.id', 'desc')
    .limit(limit + 1)
    .execute()
  const identities = await readIdentities(
    tx,
    tenantId,
    rows.map(({ id }) => id),
  )
  return toPage(rows, limit, (row) => {
    const own = identities.get(row.id) ?? []
    return {
      system: row.system,
      environment: row.environment,
      provider: row.provider === '' ? null : row.provider,
      requestedModel: row.requested_model,
      verdict: verdictOf(own, { provider: row.provider, requestedModel: row.requested_model }),
      identities: own,
    }
  })
}

async function readIdentities(
  tx: Transaction,
  tenantId: string,
  modelIds: readonly string[],
): Promise<Map<string, IdentityView[]>> {
  if (modelIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('served_identity')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('served_model_id', 'in', modelIds)
    .orderBy('first_seen_at')
    .execute()
  const byModel = new Map<string, IdentityView[]>()
  for (const row of rows) {
    const list = byModel.get(row.served_model_id) ?? []
    byModel.set(row.served_model_id, list)
    list.push({
      servedModel: row.served_name,
      systemFingerprint: row.system_fingerprint === '' ? null : row.system_fingerprint,
      baseline: row.baseline,
      changeId: row.return_change_id ?? row.change_id,
      firstSeenAt: row.first_seen_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
    })
  }
  return byModel
}
