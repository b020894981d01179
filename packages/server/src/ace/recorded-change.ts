import {
  type Change,
  type createChangeRequest,
  ProblemError,
  fingerprintOf,
  normalizeConfiguration,
} from '@afterai/contract'
import type { z } from 'zod'
import type { Audit } from '../audit/index.ts'
import { authorize, type Caller } from '../access/index.ts'
import { holdLock, type Transaction } from '../platform/database.ts'
import { runOnce } from '../platform/idempotency.ts'
import { together } from '../platform/together.ts'
import { openChange } from './change-opening.ts'
import { viewChange } from './change-service.ts'
import { keepConfigurations } from './kept-configurations.ts'
import { createSystem, findSystem, findSystemIds } from './system-service.ts'

/**
 * Records a change that a person or a pipeline tells of; it starts from what the environment runs with now.
 * @throws ProblemError `not_found`, `invalid_request`, `forbidden`; nothing is written then
 */
export async function recordChange(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  wanted: z.infer<typeof createChangeRequest>,
): Promise<Change> {
  const { tenantId } = caller.principal
  const system = await systemFor(audit, tx, caller, wanted)
  const environment = await tx
    .selectFrom('environment')
    .select('fingerprint')
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', system.id)
    .where('name', '=', wanted.environment)
    .executeTakeFirst()
  const after = wanted.after === undefined ? null : fingerprintOf(wanted.after)
  if (after !== null && after === environment?.fingerprint) {
    throw new ProblemError('invalid_request', {
      errors: [{ pointer: '/after', detail: 'is what the environment runs with now: nothing changes' }],
    })
  }
  if (wanted.after !== undefined && after !== null) {
    await together(tx, [
      keepConfigurations(tx, tenantId, [{ fingerprint: after, configuration: normalizeConfiguration(wanted.after) }]),
    ])
  }
  const changeId = await openChange(audit, tx, caller, {
    systemId: system.id,
    environment: wanted.environment,
    before: environment?.fingerprint ?? null,
    after,
    origin: wanted.origin,
    revision: wanted.revision ?? null,
    intent: wanted.intent,
    title: wanted.title,
    changeTypes: wanted.changeTypes,
    changeClass: wanted.changeClass,
    risk: wanted.risk ?? null,
  })
  return viewChange(tx, caller.principal, changeId)
}

// Nothing is refused after it was made: of a system that is new, nothing runs that a change could be held against.
async function systemFor(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  { system: name, makeSystem }: Pick<z.infer<typeof createChangeRequest>, 'system' | 'makeSystem'>,
): Promise<{ readonly id: string }> {
  const { principal } = caller
  if (makeSystem !== true) return findSystem(tx, principal.tenantId, name)
  await holdLock(tx, `system ${principal.tenantId} ${name}`)
  const found = (await findSystemIds(tx, principal.tenantId, [name])).get(name)
  if (found !== undefined) return { id: found }
  authorize(principal, 'system:write')
  return createSystem(audit, tx, caller, { name })
}

/** Records a change that a client's process tells of, once for the id that it gave it. @throws as `recordChange` */
export async function recordChangeOnce(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  { id, change }: { readonly id: string; readonly change: z.infer<typeof createChangeRequest> },
): Promise<void> {
  const { tenantId, accountId: actorId } = caller.principal
  const request = { tenantId, actorId, key: `telemetry-${id}`, method: 'POST', url: '/v1/changes', body: change }
  await runOnce(tx, request, () => recordChange(audit, tx, caller, change))
}
