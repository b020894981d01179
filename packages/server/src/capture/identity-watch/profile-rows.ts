import type { Configuration } from '@afterai/contract'
import { sql } from 'kysely'
import { json, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { derivedConfiguration, type Facet, facets } from './configuration.ts'
import { askedModelKey } from './sightings.ts'
import type { WatchedCall } from './watched-call.ts'

/** The profile of a route: the values of its settings so far, and the settings that vary. */
export interface Profile {
  readonly id: string
  readonly systemId: string
  readonly environment: string
  readonly route: string
  readonly learningUntil: Date
  /** Facets and their values, and when each was seen first. */
  readonly known: Map<string, number>
  readonly volatile: Set<string>
  latest: Configuration
}

/** A value that is to be kept. */
export interface NewFacet {
  readonly profileId: string
  readonly facet: Facet
  readonly value: string
  readonly changeId: string | null
}

/** A value of a facet as a profile knows it: a model that is asked for in another way is no other value. */
export function memberOf(facet: string, value: string): string {
  if (facet !== 'model') return `${facet} ${value}`
  const space = value.indexOf(' ')
  return `${facet} ${askedModelKey(value.slice(0, space), value.slice(space + 1))}`
}

interface ProfileRow {
  readonly id: string
  readonly systemId: string
  readonly environment: string
  readonly route: string
  readonly learningUntil: Date
  readonly latest: Configuration
  readonly volatile: readonly string[]
}

const columns = sql`id uuid, system_id uuid, environment text, route text, latest jsonb`

/** Makes the profiles of routes that have none, and locks and reads all of them. @param calls one of each route */
export async function openProfiles(
  tx: Transaction,
  tenantId: string,
  calls: readonly WatchedCall[],
  learningMs: number,
): Promise<Profile[]> {
  const rows = json(
    calls.map(({ systemId, environment, route, configuration }) => ({
      id: newId(),
      system_id: systemId,
      environment,
      route,
      latest: derivedConfiguration(configuration, new Set()),
    })),
  )
  await sql`
    insert into route_profile (tenant_id, id, system_id, environment, route, learning_until, latest)
    select ${tenantId}::uuid, id, system_id, environment, route, ${new Date(Date.now() + learningMs)}, latest
    from jsonb_to_recordset(${rows}) as it(${columns})
    order by system_id, environment, route
    on conflict do nothing`.execute(tx)
  const found = await sql<ProfileRow>`
    select p.id, p.system_id as "systemId", p.environment, p.route, p.learning_until as "learningUntil", p.latest,
      p.volatile_facets as volatile
    from route_profile p join jsonb_to_recordset(${rows}) as it(${columns}) using (system_id, environment, route)
    where p.tenant_id = ${tenantId}
    order by p.system_id, p.environment, p.route for update of p`.execute(tx)
  const profiles = found.rows.map((row) => ({
    ...row,
    known: new Map<string, number>(),
    volatile: new Set(row.volatile),
  }))
  await readKnown(tx, tenantId, profiles)
  return profiles
}

async function readKnown(tx: Transaction, tenantId: string, profiles: readonly Profile[]): Promise<void> {
  const byId = new Map(profiles.map((profile) => [profile.id, profile]))
  const rows = await tx
    .selectFrom('route_facet')
    .select(['profile_id', 'facet', 'value', 'first_seen_at'])
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`profile_id = any(${[...byId.keys()]}::uuid[])`)
    .execute()
  for (const { profile_id, facet, value, first_seen_at } of rows)
    byId.get(profile_id)?.known.set(memberOf(facet, value), first_seen_at.getTime())
}

/** Writes what was learned of routes. */
export async function updateProfiles(tx: Transaction, tenantId: string, profiles: readonly Profile[]): Promise<void> {
  const rows = profiles.map(({ id, latest, volatile }) => ({
    id,
    latest,
    volatile: facets.filter((facet) => volatile.has(facet)),
  }))
  await sql`
    update route_profile p set latest = row.latest, volatile_facets = row.volatile
    from jsonb_to_recordset(${json(rows)}) as row(id uuid, latest jsonb, volatile text[])
    where p.tenant_id = ${tenantId} and p.id = row.id`.execute(tx)
}

/** Keeps values that are new. */
export async function insertFacets(tx: Transaction, tenantId: string, fresh: readonly NewFacet[]): Promise<void> {
  if (fresh.length === 0) return
  await sql`
    insert into route_facet (tenant_id, profile_id, facet, value, change_id)
    select ${tenantId}::uuid, "profileId", facet, value, "changeId"
    from jsonb_to_recordset(${json(fresh)}) as it("profileId" uuid, facet text, value text, "changeId" uuid)`.execute(
    tx,
  )
}
