import { sql } from 'kysely'
import { systemActor } from '../audit/index.ts'
import { addMember, createAccount, createTenant, type EnrolmentDependencies, instanceState } from '../identity/index.ts'
import { type Database, type Transaction, withTenant } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { samplePeople, type SamplePeople } from './sample-workspace.ts'

/** Removes the sample tenant with all that belongs to it. Any other tenant's id removes nothing. */
export async function removeSampleTenant(db: Database | Transaction, id: string): Promise<void> {
  await sql`select remove_sample_tenant(${id})`.execute(db)
}

/**
 * Makes the sample tenant and its people on an instance that is empty; one whose making was cut off is made anew, or taken away where
 * the instance was set up meanwhile.
 * @returns the people to seed it as, or undefined where there is nothing to do
 */
export async function foundSample(deps: EnrolmentDependencies): Promise<SamplePeople | undefined> {
  const { db } = deps
  const { rows } = await sql<{ id: string | null }>`select unfinished_sample() as id`.execute(db)
  const unfinished = rows[0]?.id ?? null
  if (unfinished !== null) await removeSampleTenant(db, unfinished)
  const { tenants, sample_tenant: sample } = await instanceState(db)
  if (tenants > 0 || sample !== null) return undefined
  const people = samplePeople()
  const hashes = await Promise.all(people.map(({ password }) => deps.passwords.hash(password)))
  const tenant = { id: newId(), slug: 'sample', name: 'Sample workspace', sample: true }
  const actor = systemActor(tenant.id)
  await withTenant(db, tenant.id, async (tx) => {
    await createTenant(deps, tx, tenant, actor)
    for (const [index, { email, name, role }] of people.entries()) {
      const accountId = newId()
      await createAccount(tx, { id: accountId, kind: 'person', email, name, passwordHash: hashes[index] ?? null })
      await addMember(tx, { tenantId: tenant.id, accountId, role, name, email })
    }
  })
  return people
}
