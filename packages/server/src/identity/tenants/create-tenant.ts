import { ProblemError } from '@afterai/contract'
import type { Actor, Audit } from '../../audit/index.ts'
import { isUniqueViolation, type Transaction } from '../../platform/database.ts'

/** A tenant to make; its kind stays what it is. */
export interface NewTenant {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly sample: boolean
  readonly instance?: boolean
}

/** Dependencies of making a tenant. */
export interface TenantMaking {
  readonly audit: Audit
  /** Makes what else belongs to a tenant: its log, its keys. Of folders below, wired in composition.ts. */
  readonly foundTenant: (tx: Transaction, tenantId: string) => Promise<void>
}

/** Makes a tenant and what belongs to it, in a transaction of that tenant. @throws ProblemError `conflict` when the slug is taken */
export async function createTenant(
  deps: TenantMaking,
  tx: Transaction,
  tenant: NewTenant,
  actor: Actor,
): Promise<void> {
  try {
    await tx.insertInto('tenant').values(tenant).execute()
  } catch (error) {
    if (isUniqueViolation(error)) throw new ProblemError('conflict', { detail: 'the tenant name is taken' })
    throw error
  }
  await deps.foundTenant(tx, tenant.id)
  await deps.audit(tx, actor, {
    action: 'tenant.create',
    resource: `tenant/${tenant.id}`,
    details: { sample: tenant.sample },
  })
}
