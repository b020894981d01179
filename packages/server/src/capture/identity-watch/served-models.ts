import { sql } from 'kysely'
import type { Audit } from '../../audit/audit.ts'
import type { Caller } from '../../identity/index.ts'
import { json, onceSettled, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { ChangeTracking } from '../change-tracking.ts'
import type { WatchedCall } from './route-profiles.ts'
import { servedConfiguration, unspecifiedModel } from './configuration.ts'

/** What was asked for, and where. */
interface Asked {
  readonly systemId: string
  readonly environment: string
  readonly provider: string
  readonly requestedModel: string
}

/** What was served. '' where the provider gave no fingerprint. */
interface Identity {
  readonly servedName: string
  readonly systemFingerprint: string
}

/** One sighting of an identity, by whose batch. `served` is undefined where the provider said nothing. */
interface Sighting {
  readonly asked: Asked
  readonly served: Identity | undefined
  readonly caller: Caller
  firstMs: number
  lastMs: number
}

/** How often the time of the last sighting is written. */
const seenRecordedEveryMs = 60_000
const mostKnown = 50_000

/** Watches which models are served for those that are asked for (ADR 0018). */
export interface ServedModels {
  /** Notes what calls show, and opens an ACE for each identity that is new to a model that had one. */
  watch(tx: Transaction, calls: readonly WatchedCall[]): Promise<void>
}

/** Identities that this process has noted cost no query when they come again. */
export function createServedModels(deps: {
  audit: Audit
  tracking: Pick<ChangeTracking, 'openDerivedChange'>
}): ServedModels {
  /** When each was last noted as seen. */
  const known = new Map<string, number>()
  return {
    async watch(tx, calls) {
      const news = new Map<string, Sighting>()
      for (const call of calls) gather(news, known, call)
      if (news.size === 0) return
      for (const group of byModel(news)) await settleModel(deps, tx, group)
      onceSettled(tx, (committed) => {
        if (!committed) return
        if (known.size > mostKnown) known.clear()
        for (const [key, { lastMs }] of news) known.set(key, Math.max(known.get(key) ?? 0, lastMs))
      })
    },
  }
}

function gather(
  news: Map<string, Sighting>,
  known: ReadonlyMap<string, number>,
  { systemId, environment, configuration, caller, firstMs, lastMs }: WatchedCall,
): void {
  const { provider = '', requestedModel, servedModel, systemFingerprint = '' } = configuration
  if (requestedModel === undefined && servedModel === undefined) return
  const place = `${caller.principal.tenantId} ${systemId} ${environment}`
  const key = `${place} ${provider} ${requestedModel ?? ''} ${servedModel ?? ''} ${systemFingerprint}`
  if (lastMs - (known.get(key) ?? Number.NEGATIVE_INFINITY) < seenRecordedEveryMs) return
  const there = news.get(key)
  if (there !== undefined) {
    there.firstMs = Math.min(there.firstMs, firstMs)
    there.lastMs = Math.max(there.lastMs, lastMs)
    return
  }
  news.set(key, {
    asked: { systemId, environment, provider, requestedModel: requestedModel ?? unspecifiedModel },
    served: servedModel === undefined ? undefined : { servedName: servedModel, systemFingerprint },
    caller,
    firstMs,
    lastMs,
  })
}

/** Sightings of each model that was asked for, models in one order for all, so that transactions lock them in that order. */
function byModel(news: ReadonlyMap<string, Sighting>): Sighting[][] {
  const groups = new Map<string, Sighting[]>()
  for (const sighting of news.values()) {
    const { systemId, environment, provider, requestedModel } = sighting.asked
    const key = `${systemId} ${environment} ${provider} ${requestedModel}`
    groups.set(key, [...(groups.get(key) ?? []), sighting])
  }
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => group.toSorted((a, b) => a.firstMs - b.firstMs))
}

interface Kept extends Identity {
  readonly baseline: boolean
  readonly lastMs: number
}

type Deps = { audit: Audit; tracking: Pick<ChangeTracking, 'openDerivedChange'> }

async function settleModel(deps: Deps, tx: Transaction, sightings: readonly Sighting[]): Promise<void> {
  const [first] = sightings
  if (first === undefined) return
  const { tenantId } = first.caller.principal
  const modelId = await lockModel(deps.audit, tx, first)
  const kept = await readIdentities(tx, tenantId, modelId)
  for (const sighting of sightings) {
    const { served } = sighting
    if (served === undefined || isKnown(kept, served)) continue
    kept.push(await settleNew(deps, tx, { modelId, kept, sighting, served }))
  }
  await recordSeen(tx, tenantId, modelId, sightings)
}

// A call without a fingerprint may be of any with the same name; a stream or an error often lacks it.
function isKnown(kept: readonly Kept[], { servedName, systemFingerprint }: Identity): boolean {
  return kept.some(
    (it) => it.servedName === servedName && (systemFingerprint === '' || it.systemFingerprint === systemFingerprint),
  )
}

interface NewIdentity {
  readonly modelId: string
  readonly kept: readonly Kept[]
  readonly sighting: Sighting
  readonly served: Identity
}

async function settleNew(deps: Deps, tx: Transaction, { modelId, kept, sighting, served }: NewIdentity): Promise<Kept> {
  const { asked, caller, firstMs, lastMs } = sighting
  const sameName = kept.filter(({ servedName }) => servedName === served.servedName)
  // The first fingerprint of a name that was known without one tells more of the same, not of something else.
  const refines = sameName.length > 0 && sameName.every(({ systemFingerprint }) => systemFingerprint === '')
  const baseline = kept.length === 0 || (refines && sameName.some((it) => it.baseline))
  const changeId = kept.length === 0 || refines ? null : await openChange(deps, tx, { asked, kept, served, caller })
  const { tenantId } = caller.principal
  await tx
    .insertInto('served_identity')
    .values({
      tenant_id: tenantId,
      served_model_id: modelId,
      served_name: served.servedName,
      system_fingerprint: served.systemFingerprint,
      baseline,
      change_id: changeId,
      first_seen_at: new Date(firstMs),
      last_seen_at: new Date(lastMs),
    })
    .execute()
  if (changeId === null) {
    await deps.audit(tx, caller.actor, {
      action: kept.length === 0 ? 'served_model.baseline' : 'served_model.refine',
      resource: `system/${asked.systemId}`,
      details: { environment: asked.environment, requestedModel: asked.requestedModel, ...served },
    })
  }
  return { ...served, baseline, lastMs }
}

async function openChange(
  { tracking }: Deps,
  tx: Transaction,
  { asked, kept, served, caller }: { asked: Asked; kept: readonly Kept[]; served: Identity; caller: Caller },
): Promise<string> {
  const latest = kept.toSorted((a, b) => b.lastMs - a.lastMs)[0] ?? served
  return tracking.openDerivedChange(tx, caller, {
    systemId: asked.systemId,
    environment: asked.environment,
    before: servedConfiguration(asked, latest),
    after: servedConfiguration(asked, served),
    changeTypes: latest.servedName === served.servedName ? ['vendor_blackbox'] : ['model', 'vendor_blackbox'],
  })
}

// Whoever comes second waits here, and then finds what the first has noted.
async function lockModel(audit: Audit, tx: Transaction, { asked, caller }: Sighting): Promise<string> {
  const { systemId: system_id, environment, provider, requestedModel: requested_model } = asked
  const { tenantId } = caller.principal
  const made = await tx
    .insertInto('served_model')
    .values({ tenant_id: tenantId, id: newId(), system_id, environment, provider, requested_model })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (made.numInsertedOrUpdatedRows === 1n) {
    const details = { environment, provider, requestedModel: requested_model }
    await audit(tx, caller.actor, { action: 'served_model.watch', resource: `system/${system_id}`, details })
  }
  const row = await tx
    .selectFrom('served_model')
    .select('id')
    .where((eb) => eb.and({ tenant_id: tenantId, system_id, environment, provider, requested_model }))
    .forUpdate()
    .executeTakeFirstOrThrow()
  return row.id
}

async function readIdentities(tx: Transaction, tenantId: string, modelId: string): Promise<Kept[]> {
  const rows = await tx
    .selectFrom('served_identity')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('served_model_id', '=', modelId)
    .execute()
  return rows.map((row) => ({
    servedName: row.served_name,
    systemFingerprint: row.system_fingerprint,
    baseline: row.baseline,
    lastMs: row.last_seen_at.getTime(),
  }))
}

async function recordSeen(
  tx: Transaction,
  tenantId: string,
  modelId: string,
  sightings: readonly Sighting[],
): Promise<void> {
  const rows = sightings.flatMap(({ served, lastMs }) =>
    served === undefined ? [] : [{ ...served, seen: new Date(lastMs).toISOString() }],
  )
  if (rows.length === 0) return
  await sql`
    update served_identity it set last_seen_at = row.seen
    from jsonb_to_recordset(${json(rows)}) as row("servedName" text, "systemFingerprint" text, seen timestamptz)
    where it.tenant_id = ${tenantId} and it.served_model_id = ${modelId} and it.served_name = row."servedName"
      and it.system_fingerprint = row."systemFingerprint" and it.last_seen_at < row.seen`.execute(tx)
}
