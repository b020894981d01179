import type { Audit } from '../audit/audit.ts'
import type { ChangeTracking, RecentChanges } from '../capture/index.ts'
import { sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'
import { runOnce } from '../platform/idempotency.ts'
import { together } from '../platform/together.ts'
import { openChange } from './change-opening.ts'
import { fingerprintOf } from './configuration.ts'
import { keepConfigurations } from './kept-configurations.ts'
import { observe } from './observation-service.ts'
import { recordChange } from './recorded-change.ts'
import { assumeProduction, createSystem } from './system-service.ts'

/** What telemetry needs of systems and changes. */
export function createChangeTracking(audit: Audit): ChangeTracking {
  return {
    findSystems,
    registerSystem: (tx, caller, wanted) => createSystem(audit, tx, caller, wanted),
    assumeProduction,
    currentFingerprints,
    fingerprintOf,
    observe: (tx, caller, observations) => observe(audit, tx, caller, observations),
    recordChange: (tx, caller, { id, change }) => {
      const { tenantId, accountId: actorId } = caller.principal
      const request = { tenantId, actorId, key: `telemetry-${id}`, method: 'POST', url: '/v1/changes', body: change }
      return runOnce(tx, request, () => recordChange(audit, tx, caller, change))
    },
    async openDerivedChange(tx, caller, { systemId, environment, before, after, changeTypes, title }) {
      const sides = [before, after].map((configuration) => ({
        configuration,
        fingerprint: fingerprintOf(configuration),
      }))
      await together(tx, [keepConfigurations(tx, caller.principal.tenantId, sides)])
      const [from, to] = sides
      return openChange(audit, tx, caller, {
        systemId,
        environment,
        before: from?.fingerprint ?? null,
        after: to?.fingerprint ?? null,
        origin: 'otel',
        revision: null,
        intent: 'observed',
        ...(changeTypes === undefined ? {} : { changeTypes }),
        ...(title === undefined ? {} : { title }),
      })
    },
    openFurtherChanges: (tx, caller, place) =>
      openChange(audit, tx, caller, {
        ...place,
        before: null,
        after: null,
        origin: 'otel',
        revision: null,
        intent: 'observed',
        title: 'Telemetry shows more changes within an hour than are opened one by one',
        changeTypes: ['other'],
      }),
    derivedChangesSince,
  }
}

async function derivedChangesSince(tx: Transaction, tenantId: string, sinceMs: number): Promise<RecentChanges[]> {
  const { rows } = await sql<RecentChanges>`
    select system_id as "systemId", count(fingerprint_after) as opened,
      max(id::text) filter (where fingerprint_after is null) as "furtherId"
    from change
    where tenant_id = ${tenantId} and id >= ${firstIdOf(sinceMs)}::uuid and origin = 'otel'
    group by system_id`.execute(tx)
  return rows
}

/** The least identifier of a moment: those of version 7 begin with it, so that the primary key finds what is later. */
function firstIdOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

async function findSystems(tx: Transaction, tenantId: string, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx
    .selectFrom('system')
    .select(['name', 'id'])
    .where('tenant_id', '=', tenantId)
    // As one parameter: there may be more names than a statement takes parameters.
    .where(sql<boolean>`name = any(${names}::text[])`)
    .execute()
  return new Map(rows.map(({ name, id }) => [name, id]))
}

async function currentFingerprints(
  tx: Transaction,
  tenantId: string,
  systemIds: readonly string[],
): Promise<Map<string, string>> {
  const rows = await tx
    .selectFrom('environment')
    .select(['system_id', 'name', 'fingerprint'])
    .where('tenant_id', '=', tenantId)
    .where('system_id', 'in', systemIds)
    .execute()
  return new Map(rows.map((row) => [`${row.system_id}/${row.name}`, row.fingerprint]))
}
