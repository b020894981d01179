import { type Change, type Configuration, fingerprintOf } from '@afterai/contract'
import { sql } from 'kysely'
import type { Caller } from '../access/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Transaction } from '../platform/database.ts'
import { firstIdOf } from '../platform/ids.ts'
import { together } from '../platform/together.ts'
import { openChange } from './change-opening.ts'
import { keepConfigurations } from './kept-configurations.ts'

/** A configuration that telemetry showed for the first time. */
export interface DerivedChange {
  readonly systemId: string
  readonly environment: string
  readonly before: Configuration
  readonly after: Configuration
  /** What was deployed then, as far as it was told. */
  readonly revision?: string | undefined
  /** Left out, they follow from what differs. */
  readonly changeTypes?: Change['changeTypes']
  /** Left out, it names what differs. */
  readonly title?: string
  /** Since when it runs, where it is one of several times: left out, the same change is counted at the one that is pending. */
  readonly implementedAt?: Date
}

/** Changes that telemetry opened of late for a system: their number, and the one for further ones. */
export interface RecentChanges {
  readonly systemId: string
  readonly opened: number
  readonly furtherId: string | null
}

/** Opens an ACE of origin `otel`. @returns its id */
export async function openDerivedChange(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  { before, after, ...change }: DerivedChange,
): Promise<string> {
  const sides = [before, after].map((configuration) => ({ configuration, fingerprint: fingerprintOf(configuration) }))
  await together(tx, [keepConfigurations(tx, caller.principal.tenantId, sides)])
  const [from, to] = sides
  return openChange(audit, tx, caller, {
    ...change,
    before: from?.fingerprint ?? null,
    after: to?.fingerprint ?? null,
    origin: 'otel',
    revision: change.revision ?? null,
    intent: 'observed',
  })
}

/** Opens one ACE of origin `otel` that stands for all that follow within the hour. @returns its id */
export function openFurtherChanges(
  audit: Audit,
  tx: Transaction,
  caller: Caller,
  place: Pick<DerivedChange, 'systemId' | 'environment'>,
): Promise<string> {
  return openChange(audit, tx, caller, {
    ...place,
    before: null,
    after: null,
    origin: 'otel',
    revision: null,
    intent: 'observed',
    title: 'Telemetry shows more changes within an hour than are opened one by one',
    changeTypes: ['other'],
  })
}

/** Counts the ACEs of origin `otel` that each system has since then, and names which of them stands for further ones. */
export async function derivedChangesSince(
  tx: Transaction,
  tenantId: string,
  sinceMs: number,
): Promise<RecentChanges[]> {
  const { rows } = await sql<RecentChanges>`
    select system_id as "systemId", count(fingerprint_after) as opened,
      max(id::text) filter (where fingerprint_after is null) as "furtherId"
    from change
    where tenant_id = ${tenantId} and id >= ${firstIdOf(sinceMs)}::uuid and origin = 'otel'
    group by system_id`.execute(tx)
  return rows
}
