import type { TenantKeys } from '../../keys/index.ts'
import { type Database, withTenant } from '../../platform/database.ts'
import type { DigestKey } from '../gate/gate.ts'

const keptMs = 60_000

/** The digest keys of tenants, each kept for a minute so that a batch needs no query for it. */
export function createDigestKeys(
  db: Database,
  keys: Pick<TenantKeys, 'promptDigestKey'>,
): (tenantId: string) => Promise<DigestKey> {
  const known = new Map<string, { readonly key: Promise<DigestKey>; readonly untilMs: number }>()
  return (tenantId) => {
    const there = known.get(tenantId)
    if (there !== undefined && there.untilMs > Date.now()) return there.key
    const key = withTenant(db, tenantId, (tx) => keys.promptDigestKey(tx, tenantId))
    known.set(tenantId, { key, untilMs: Date.now() + keptMs })
    key.catch(() => known.delete(tenantId))
    return key
  }
}
