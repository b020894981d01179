import { sql } from 'kysely'
import { json, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Learning } from './learning.ts'
import { type Identity, modelKey, type ModelSightings } from './sightings.ts'

/** An identity that is kept. */
export interface KeptIdentity extends Identity {
  readonly baseline: boolean
  readonly lastMs: number
}

/** An identity that is to be kept. */
export interface NewIdentity extends KeptIdentity {
  readonly modelId: string
  readonly changeId: string | null
  readonly firstMs: number
}

/** A model that is watched. */
export interface KeptModel {
  readonly id: string
  readonly identities: KeptIdentity[]
}

const modelColumns = sql`id uuid, system_id uuid, environment text, provider text, requested_model text`

/** Makes those that are new, and locks and reads all of them, with their identities. */
export async function openModels(
  { tx, tenantId, lessons }: Learning,
  models: readonly ModelSightings[],
): Promise<Map<string, KeptModel>> {
  const rows = json(
    models.map(({ asked: { systemId, requestedModel, ...place } }) => ({
      id: newId(),
      system_id: systemId,
      requested_model: requestedModel,
      ...place,
    })),
  )
  const made = await sql<{ id: string }>`
    insert into served_model (tenant_id, id, system_id, environment, provider, requested_model)
    select ${tenantId}::uuid, id, system_id, environment, provider, requested_model
    from jsonb_to_recordset(${rows}) as it(${modelColumns})
    order by system_id, environment, provider, requested_model
    on conflict do nothing returning id`.execute(tx)
  const found = await sql<{
    id: string
    systemId: string
    environment: string
    provider: string
    requestedModel: string
  }>`
    select m.id, m.system_id as "systemId", m.environment, m.provider, m.requested_model as "requestedModel"
    from served_model m join jsonb_to_recordset(${rows}) as it(${modelColumns})
      using (system_id, environment, provider, requested_model)
    where m.tenant_id = ${tenantId}
    order by m.system_id, m.environment, m.provider, m.requested_model for update of m`.execute(tx)
  const fresh = new Set(made.rows.map(({ id }) => id))
  const callers = new Map(models.map(({ asked, caller }) => [modelKey(asked), caller]))
  const byId = new Map<string, KeptModel>()
  const byKey = new Map<string, KeptModel>()
  for (const { id, ...asked } of found.rows) {
    const model: KeptModel = { id, identities: [] }
    byId.set(id, model)
    byKey.set(modelKey(asked), model)
    const caller = callers.get(modelKey(asked))
    if (fresh.has(id) && caller !== undefined) {
      const { systemId, ...what } = asked
      lessons.add('served_model.watch', systemId, caller, what)
    }
  }
  await readIdentities(tx, tenantId, byId)
  return byKey
}

async function readIdentities(
  tx: Transaction,
  tenantId: string,
  models: ReadonlyMap<string, KeptModel>,
): Promise<void> {
  const rows = await tx
    .selectFrom('served_identity')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`served_model_id = any(${[...models.keys()]}::uuid[])`)
    .execute()
  for (const row of rows) {
    models.get(row.served_model_id)?.identities.push({
      servedName: row.served_name,
      systemFingerprint: row.system_fingerprint,
      baseline: row.baseline,
      lastMs: row.last_seen_at.getTime(),
    })
  }
}

/** How many a tenant has. */
export async function countIdentities(tx: Transaction, tenantId: string): Promise<number> {
  const { n } = await tx
    .selectFrom('served_identity')
    .select(sql<number>`count(*)`.as('n'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  return n
}

const identityColumns = sql`
  "modelId" uuid, "servedName" text, "systemFingerprint" text, baseline boolean, "changeId" uuid, first timestamptz, last timestamptz`

/** Keeps new ones. */
export async function insertIdentities(
  tx: Transaction,
  tenantId: string,
  fresh: readonly NewIdentity[],
): Promise<void> {
  if (fresh.length === 0) return
  const rows = fresh.map(({ firstMs, lastMs, ...it }) => ({ ...it, first: new Date(firstMs), last: new Date(lastMs) }))
  await sql`
    insert into served_identity (tenant_id, served_model_id, served_name, system_fingerprint, baseline, change_id,
      first_seen_at, last_seen_at)
    select ${tenantId}::uuid, "modelId", "servedName", "systemFingerprint", baseline, "changeId", first, last
    from jsonb_to_recordset(${json(rows)}) as it(${identityColumns})`.execute(tx)
}

/** Notes when identities that are kept were last seen. */
export async function recordSeen(
  tx: Transaction,
  tenantId: string,
  seen: readonly { readonly modelId: string; readonly identity: Identity; readonly lastMs: number }[],
): Promise<void> {
  if (seen.length === 0) return
  const rows = seen.map(({ modelId, identity, lastMs }) => ({ modelId, ...identity, last: new Date(lastMs) }))
  await sql`
    update served_identity it set last_seen_at = row.last
    from (
      select "modelId", "servedName", "systemFingerprint", max(last) as last
      from jsonb_to_recordset(${json(rows)}) as it(${identityColumns}) group by 1, 2, 3
    ) row
    where it.tenant_id = ${tenantId} and it.served_model_id = row."modelId" and it.served_name = row."servedName"
      and it.system_fingerprint = row."systemFingerprint" and it.last_seen_at < row.last`.execute(tx)
}
