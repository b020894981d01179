import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { Transaction } from '../platform/database.ts'
import { open, seal } from './secret-box.ts'

declare module '../platform/database.ts' {
  interface Tables {
    tenant_key: { tenant_id: string; purpose: KeyPurpose; epoch: number; wrapped: Uint8Array }
  }
}

/** The use of a tenant's key; each has one of its own. */
export type KeyPurpose = 'prompt_digest' | 'record'

const purposes: readonly KeyPurpose[] = ['prompt_digest', 'record']
const firstEpoch = 1

/** The keys of tenants, wrapped by the instance's master key. */
export interface TenantKeys {
  /** Makes a new tenant's keys, in the transaction that makes the tenant. */
  create(tx: Transaction, tenantId: string): Promise<void>
  /** The key for digests of prompts and tool schemas, with its public id. */
  promptDigestKey(tx: Transaction, tenantId: string): Promise<{ keyId: string; key: Uint8Array }>
  /** Seals a small secret under the tenant's newest key of a purpose, bound to what it belongs to. */
  wrap(tx: Transaction, tenantId: string, secret: { bytes: Uint8Array; belongsTo: string }): Promise<Uint8Array>
  /** Reads that key once, for those who have several secrets to seal. */
  wrapper(tx: Transaction, tenantId: string): Promise<(secret: { bytes: Uint8Array; belongsTo: string }) => Uint8Array>
  /** Opens what `wrap` sealed. @throws Error when the key is gone, or it belongs to something else */
  unwrap(tx: Transaction, tenantId: string, sealed: { bytes: Uint8Array; belongsTo: string }): Promise<Uint8Array>
}

/** Creates the functions over the instance's master key. */
export function createTenantKeys(master: Uint8Array): TenantKeys {
  const read = async (tx: Transaction, tenantId: string, purpose: KeyPurpose): Promise<Uint8Array> => {
    const row = await tx
      .selectFrom('tenant_key')
      .select(['wrapped', 'epoch'])
      .where('tenant_id', '=', tenantId)
      .where('purpose', '=', purpose)
      .orderBy('epoch', 'desc')
      .executeTakeFirst()
    if (row === undefined) throw new Error(`tenant ${tenantId} has no ${purpose} key`)
    return open(tenantMaster(master, tenantId), row.wrapped, contextOf(tenantId, purpose, row.epoch))
  }
  const wrapper: TenantKeys['wrapper'] = async (tx, tenantId) => {
    const key = await read(tx, tenantId, 'record')
    return ({ bytes, belongsTo }) => seal(key, bytes, `${tenantId}|${belongsTo}`)
  }
  return {
    wrapper,
    async create(tx, tenantId) {
      const rows = purposes.map((purpose) => ({
        tenant_id: tenantId,
        purpose,
        epoch: firstEpoch,
        wrapped: seal(tenantMaster(master, tenantId), randomBytes(32), contextOf(tenantId, purpose, firstEpoch)),
      }))
      await tx.insertInto('tenant_key').values(rows).execute()
    },
    async promptDigestKey(tx, tenantId) {
      const key = await read(tx, tenantId, 'prompt_digest')
      return {
        key,
        keyId: createHash('sha256').update('afterai digest key id\n').update(key).digest('hex').slice(0, 16),
      }
    },
    async wrap(tx, tenantId, secret) {
      return (await wrapper(tx, tenantId))(secret)
    },
    async unwrap(tx, tenantId, { bytes, belongsTo }) {
      return open(await read(tx, tenantId, 'record'), bytes, `${tenantId}|${belongsTo}`)
    },
  }
}

function tenantMaster(master: Uint8Array, tenantId: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', master, tenantId, 'afterai tenant key wrapping v1', 32))
}

function contextOf(tenantId: string, purpose: KeyPurpose, epoch: number): string {
  return `${tenantId}|${purpose}|${epoch}`
}
