import type { Change, Configuration, createChangeRequest, Observation } from '@afterai/contract'
import type { z } from 'zod'
import type { Caller } from '../identity/index.ts'
import type { Transaction } from '../platform/database.ts'

/** A configuration that telemetry showed for the first time. */
export interface DerivedChange {
  readonly systemId: string
  readonly environment: string
  readonly before: Configuration
  readonly after: Configuration
  /** Left out, they follow from what differs. */
  readonly changeTypes?: Change['changeTypes']
  /** Left out, it names what differs. */
  readonly title?: string
}

/** A change that a client's process tells of, once for its id. */
export interface ToldChange {
  readonly id: string
  readonly change: z.infer<typeof createChangeRequest>
}

/** What telemetry opened of late for a system. */
export interface RecentChanges {
  readonly systemId: string
  readonly opened: number
  readonly furtherId: string | null
}

/** What telemetry needs of systems and changes. Wired in composition.ts; each writes its audit events in the transaction. */
export interface ChangeTracking {
  /** Ids of those that exist, by name. */
  findSystems(tx: Transaction, tenantId: string, names: readonly string[]): Promise<Map<string, string>>
  registerSystem(tx: Transaction, caller: Caller, wanted: { name: string; title?: string }): Promise<{ id: string }>
  /** Notes that telemetry of systems named no environment, and counted as production. */
  assumeProduction(tx: Transaction, tenantId: string, systemIds: readonly string[]): Promise<void>
  /** What environments run with by their own observations, by `<system id>/<environment>`. */
  currentFingerprints(tx: Transaction, tenantId: string, systemIds: readonly string[]): Promise<Map<string, string>>
  /** The identity of a configuration. */
  fingerprintOf(configuration: Configuration): string
  observe(tx: Transaction, caller: Caller, observations: readonly Observation[]): Promise<unknown>
  recordChange(tx: Transaction, caller: Caller, change: ToldChange): Promise<unknown>
  /** Opens an ACE of origin `otel`. @returns its id */
  openDerivedChange(tx: Transaction, caller: Caller, change: DerivedChange): Promise<string>
  /** Opens one ACE of origin `otel` that stands for all that follow within the hour. @returns its id */
  openFurtherChanges(
    tx: Transaction,
    caller: Caller,
    place: Pick<DerivedChange, 'systemId' | 'environment'>,
  ): Promise<string>
  /** How many ACEs of origin `otel` each system has since then, and which of them stands for further ones. */
  derivedChangesSince(tx: Transaction, tenantId: string, sinceMs: number): Promise<RecentChanges[]>
}
