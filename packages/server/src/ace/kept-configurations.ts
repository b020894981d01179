import type { Configuration } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import type { Transaction } from '../platform/database.ts'

/** A configuration's metadata in its one form, and its fingerprint. */
export interface KeptConfiguration {
  readonly fingerprint: string
  readonly configuration: Configuration
}

/**
 * Keeps the metadata of configurations under their fingerprints, once. In the order of their fingerprints: another order could make two
 * transactions wait for each other.
 */
export function keepConfigurations(
  tx: Transaction,
  tenantId: string,
  configurations: readonly KeptConfiguration[],
): CompiledQuery {
  const unique = new Map(configurations.map((it) => [it.fingerprint, JSON.stringify(it.configuration)]))
  return sql`
    insert into configuration (tenant_id, fingerprint, content)
    select ${tenantId}::uuid, fingerprint, content::jsonb
    from unnest(${[...unique.keys()]}::text[], ${[...unique.values()]}::text[]) as it (fingerprint, content)
    order by fingerprint
    on conflict do nothing`.compile(tx)
}
