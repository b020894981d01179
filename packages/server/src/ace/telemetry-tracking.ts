import type { Audit } from '../audit/audit.ts'
import type { ChangeTracking } from '../capture/index.ts'
import type { Transaction } from '../platform/database.ts'
import { runOnce } from '../platform/idempotency.ts'
import { openChange } from './change-service.ts'
import { fingerprintOf } from './configuration.ts'
import { keepConfiguration, observe } from './observation-service.ts'
import { recordChange } from './recorded-change.ts'
import { createSystem } from './system-service.ts'

/** What telemetry needs of systems and changes. */
export function createChangeTracking(audit: Audit): ChangeTracking {
  return {
    findSystems,
    registerSystem: (tx, caller, wanted) => createSystem(audit, tx, caller, wanted),
    currentFingerprints,
    fingerprintOf,
    observe: (tx, caller, observations) => observe(audit, tx, caller, observations),
    recordChange: (tx, caller, { id, change }) => {
      const { tenantId, accountId: actorId } = caller.principal
      const request = { tenantId, actorId, key: `telemetry-${id}`, method: 'POST', url: '/v1/changes', body: change }
      return runOnce(tx, request, () => recordChange(audit, tx, caller, change))
    },
    async openDerivedChange(tx, caller, { systemId, environment, before, after, changeTypes }) {
      const sides = [before, after].map((configuration) => ({
        configuration,
        fingerprint: fingerprintOf(configuration),
      }))
      // In the order of their fingerprints: another order could make two transactions wait for each other.
      for (const side of sides.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))) {
        await keepConfiguration(tx, caller.principal.tenantId, side)
      }
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
      })
    },
  }
}

async function findSystems(tx: Transaction, tenantId: string, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx
    .selectFrom('system')
    .select(['name', 'id'])
    .where('tenant_id', '=', tenantId)
    .where('name', 'in', names)
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
