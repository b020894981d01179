import { ProblemError } from '@afterai/contract'
import { sql } from 'kysely'
import { systemActor } from '../../audit/index.ts'
import { type Database, withTenant } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { instanceTenant, joinInstanceTenant } from '../entry-functions.ts'
import { createTenant, type TenantMaking } from './create-tenant.ts'

/** Dependencies of making the operators' tenant. */
export interface InstanceDependencies extends TenantMaking {
  readonly db: Database
}

/**
 * Makes the operators' tenant where there is none (ADR 0011). On an instance that was set up before there was one, whoever set it
 * up becomes its first operator. Of two processes that start at once, one makes it and the other finds it.
 */
export async function foundInstanceTenant(deps: InstanceDependencies): Promise<void> {
  if ((await instanceTenant(deps.db)) !== undefined) return
  const id = newId()
  // A slug that a customer took before it was reserved stays theirs.
  for (const slug of ['instance', `instance-${id.slice(-12)}`]) {
    try {
      return await found(deps, id, slug)
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'conflict') throw error
      if ((await instanceTenant(deps.db)) !== undefined) return
    }
  }
}

async function found(deps: InstanceDependencies, id: string, slug: string): Promise<void> {
  const tenant = { id, slug, name: 'Operators of this instance', sample: false, instance: true }
  const actor = systemActor(id)
  const first = await firstAdministrator(deps.db)
  await withTenant(deps.db, id, async (tx) => {
    await createTenant(deps, tx, tenant, actor)
    if (first === undefined) return
    await joinInstanceTenant(tx, { accountId: first.account_id, ...first })
    await deps.audit(tx, actor, { action: 'operator.join', resource: `account/${first.account_id}` })
  })
}

interface Administrator {
  account_id: string
  name: string
  email: string
}

async function firstAdministrator(db: Database): Promise<Administrator | undefined> {
  return (await sql<Administrator>`select * from first_administrator()`.execute(db)).rows[0]
}
