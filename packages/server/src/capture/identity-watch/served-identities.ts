import { sql } from 'kysely'
import { sayingOf, saysNoModel } from '@afterai/models'
import { json, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Learning } from './learning.ts'
import type { KnownIdentity } from './judge-served.ts'
import { type Asked, type Identity, modelKey, type ModelSightings } from './sightings.ts'

/** An identity that is to be kept. */
export interface NewIdentity extends KnownIdentity {
  readonly modelId: string
}

/** A model that is watched. */
export interface KeptModel {
  readonly id: string
  readonly asked: Asked
  readonly identities: KnownIdentity[]
}

const modelColumns = sql`id uuid, system_id uuid, environment text, provider text, requested_model text`

/** How models of the environments of news were asked for first, by what they ask for. */
export async function readSpellings(
  { tx, tenantId }: Pick<Learning, 'tx' | 'tenantId'>,
  news: readonly ModelSightings[],
): Promise<Map<string, Asked>> {
  const systems = [...new Set(news.map(({ asked }) => asked.systemId))]
  const rows = await tx
    .selectFrom('served_model')
    .select(['system_id', 'environment', 'provider', 'requested_model'])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`system_id = any(${systems}::uuid[])`)
    .orderBy('id')
    .execute()
  const first = new Map<string, Asked>()
  for (const { system_id: systemId, environment, provider, requested_model: requestedModel } of rows) {
    const asked = { systemId, environment, provider, requestedModel }
    if (!first.has(modelKey(asked))) first.set(modelKey(asked), asked)
  }
  return first
}

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
    const model: KeptModel = { id, asked, identities: [] }
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
    const model = models.get(row.served_model_id)
    // Kept by a release that took it for a name.
    if (model === undefined || saysNoModel(row.served_name)) continue
    model.identities.push({
      servedName: row.served_name,
      systemFingerprint: row.system_fingerprint,
      saying: sayingOf(row.served_name, model.asked),
      baseline: row.baseline,
      changeId: row.change_id,
      firstMs: row.first_seen_at.getTime(),
      lastMs: row.last_seen_at.getTime(),
      heldMs: row.last_seen_at.getTime(),
      alone: row.alone_since === null ? undefined : { sinceMs: row.alone_since.getTime(), hours: row.alone_hours },
      apart: row.apart_since === null ? undefined : { sinceMs: row.apart_since.getTime(), hours: row.apart_hours },
      returned:
        row.returned_at === null || row.return_change_id === null
          ? null
          : { ms: row.returned_at.getTime(), changeId: row.return_change_id },
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
  const rows = fresh.map(({ modelId, servedName, systemFingerprint, baseline, changeId, firstMs, lastMs }) => ({
    modelId,
    servedName,
    systemFingerprint,
    baseline,
    changeId,
    first: new Date(firstMs),
    last: new Date(lastMs),
  }))
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

/** Notes of identities whether they are seen alone, and which changes told of them. */
export async function recordAlone(
  tx: Transaction,
  tenantId: string,
  noted: readonly { readonly modelId: string; readonly identity: KnownIdentity }[],
): Promise<void> {
  if (noted.length === 0) return
  const rows = noted.map(({ modelId, identity }) => {
    const { servedName, systemFingerprint, changeId, alone, apart, returned } = identity
    return {
      modelId,
      servedName,
      systemFingerprint,
      changeId,
      aloneSince: instantOf(alone?.sinceMs),
      aloneHours: alone?.hours ?? 0,
      apartSince: instantOf(apart?.sinceMs),
      apartHours: apart?.hours ?? 0,
      returnedAt: instantOf(returned?.ms),
      returnChangeId: returned?.changeId ?? null,
    }
  })
  await sql`
    update served_identity it set change_id = row."changeId", alone_since = row."aloneSince", alone_hours = row."aloneHours",
      apart_since = row."apartSince", apart_hours = row."apartHours", returned_at = row."returnedAt",
      return_change_id = row."returnChangeId"
    from jsonb_to_recordset(${json(rows)}) as row("modelId" uuid, "servedName" text, "systemFingerprint" text, "changeId" uuid,
      "aloneSince" timestamptz, "aloneHours" integer, "apartSince" timestamptz, "apartHours" integer, "returnedAt" timestamptz,
      "returnChangeId" uuid)
    where it.tenant_id = ${tenantId} and it.served_model_id = row."modelId" and it.served_name = row."servedName"
      and it.system_fingerprint = row."systemFingerprint"`.execute(tx)
}

function instantOf(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(ms)
}
