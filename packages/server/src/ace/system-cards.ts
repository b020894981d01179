import { ProblemError, type SystemCard, type SystemCardView, systemCard } from '@afterai/contract'
import { digestOf } from '@afterai/record'
import { type CompiledQuery, type RawBuilder, type Selectable, sql } from 'kysely'
import { type Audit, nameThen } from '../audit/index.ts'
import type { Caller } from '../access/index.ts'
import { holdLock, json, type Tables, type Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { findSystem } from './system-service.ts'

type Row = Selectable<Tables['system_card']>
interface System {
  readonly id: string
  readonly name: string
}

/** What nobody has said anything in. */
const emptyCard: SystemCard = systemCard.parse({})

/** The statement that reads the card of a system that was in force at an instant; left out: the one that is. */
export function selectCard(
  tx: Transaction,
  tenantId: string,
  systemId: string | RawBuilder<string>,
  at?: Date,
): CompiledQuery<Row> {
  return tx
    .selectFrom('system_card')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', systemId)
    .$if(at !== undefined, (query) => query.where('set_at', '<=', at ?? new Date()))
    .orderBy('version', 'desc')
    .limit(1)
    .compile()
}

/** A card as records cite it: its version and digest, what it says, and the name that its owner had when it was set. */
export interface CitedCard {
  readonly version: number
  readonly digest: string
  readonly setAt: string
  readonly card: SystemCard
  readonly owner: { readonly accountId: string; readonly name: string } | null
}

/** What a record cites of `selectCard`'s rows; null where nobody has filled a card in. */
export function citedCard([row]: readonly Row[]): CitedCard | null {
  if (row === undefined) return null
  const { version, digest, set_at: setAt, card, owner_name: name } = row
  const owner = card.owner?.kind === 'person' && name !== null ? { accountId: card.owner.accountId, name } : null
  return { version, digest, setAt: setAt.toISOString(), card, owner }
}

/** The card of a system: in force now or at an instant, or by its version. @throws ProblemError `not_found`, `invalid_request` */
export async function readCard(
  tx: Transaction,
  tenantId: string,
  {
    system: name,
    at,
    version,
  }: { readonly system: string; readonly at?: string | undefined; readonly version?: number | undefined },
): Promise<SystemCardView> {
  if (at !== undefined && version !== undefined) {
    const detail = 'asks for an instant, beside version: give one of the two'
    throw new ProblemError('invalid_request', { errors: [{ pointer: '/at', detail }] })
  }
  const system = await findSystem(tx, tenantId, name)
  const then = at === undefined ? undefined : new Date(at)
  if (then !== undefined && then < system.created_at) {
    const detail = `the system ${name} was not known then; it was registered at ${system.created_at.toISOString()}`
    throw new ProblemError('not_found', { detail })
  }
  const [rows] = await together(tx, [
    version === undefined ? selectCard(tx, tenantId, system.id, then) : selectVersion(tx, tenantId, system.id, version),
  ])
  if (version !== undefined && rows.length === 0) {
    throw new ProblemError('not_found', { detail: `the card of ${name} has no version ${version}` })
  }
  return viewOf(tx, system, rows[0])
}

function selectVersion(tx: Transaction, tenantId: string, systemId: string, version: number): CompiledQuery<Row> {
  return tx
    .selectFrom('system_card')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('system_id', '=', systemId)
    .where('version', '=', version)
    .compile()
}

async function viewOf(tx: Transaction, system: System, row: Row | undefined): Promise<SystemCardView> {
  const owner = row?.card.owner ?? null
  const isPerson = row !== undefined && owner?.kind === 'person'
  return {
    system: system.name,
    systemId: system.id,
    version: row?.version ?? 0,
    card: row?.card ?? emptyCard,
    ownerName: owner?.kind === 'team' ? owner.name : (row?.owner_name ?? null),
    ownerIsMember: isPerson ? (await nameOfPerson(tx, row.tenant_id, owner.accountId)) !== undefined : null,
    digest: row?.digest ?? null,
    setAt: row?.set_at.toISOString() ?? null,
    setBy: row?.set_by ?? null,
    setByName: row?.set_by_name ?? null,
  }
}

/** The name of a person who may sign in to the tenant now. */
async function nameOfPerson(tx: Transaction, tenantId: string, accountId: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('membership')
    .select('name')
    .where('tenant_id', '=', tenantId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'person')
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  return row?.name
}

/**
 * Sets the card of a system, as its next version; earlier ones stay. A card that says the same as the one in force makes none.
 * @throws ProblemError `not_found`, `conflict` where it was made from another version, `invalid_request` where the owner is nobody here
 */
export async function setCard(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { system: name, basedOn, ...card }: SystemCard & { readonly system: string; readonly basedOn?: number | undefined },
): Promise<SystemCardView> {
  const { tenantId } = principal
  const system = await findSystem(tx, tenantId, name)
  // One after the other: the versions of a card count without a gap.
  await holdLock(tx, `card ${tenantId} ${system.id}`)
  const [[before]] = await together(tx, [selectCard(tx, tenantId, system.id)])
  const current = before?.version ?? 0
  if (basedOn !== undefined && basedOn !== current) {
    const detail = `version ${current} of the card is in force, not ${basedOn}; look at it: afterai system card ${name}`
    throw new ProblemError('conflict', { detail })
  }
  const was = before?.card ?? emptyCard
  if (digestOf({ card }) === digestOf({ card: was })) return viewOf(tx, system, before)
  const version = current + 1
  const row = await tx
    .insertInto('system_card')
    .values({
      tenant_id: tenantId,
      system_id: system.id,
      version,
      card: json(card),
      digest: digestOf({ systemId: system.id, version, card }),
      owner_name: await ownerName(tx, tenantId, card, was),
      // When it is written, not when its transaction began, since it may have waited for another version; as exact as it is shown.
      set_at: sql<Date>`date_trunc('milliseconds', clock_timestamp())`,
      set_by: principal.accountId,
      set_by_name: nameThen(principal),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await audit(tx, actor, {
    action: 'system.set_card',
    resource: `system/${system.id}`,
    details: { system: name, version, ...differences(was, card) },
    change: { before: was, after: card },
  })
  return viewOf(tx, system, row)
}

async function ownerName(
  tx: Transaction,
  tenantId: string,
  { owner }: SystemCard,
  was: SystemCard,
): Promise<string | null> {
  if (owner?.kind !== 'person') return null
  const name = await nameOfPerson(tx, tenantId, owner.accountId)
  if (name !== undefined) return name
  const isAsBefore = was.owner?.kind === 'person' && was.owner.accountId === owner.accountId
  const detail = `is ${isAsBefore ? 'no member any more' : 'no person of this tenant'}; name another, or a team: afterai user list`
  throw new ProblemError('invalid_request', { errors: [{ pointer: '/owner/accountId', detail }] })
}

/** The fields that differ, before and after. */
function differences(
  before: SystemCard,
  after: SystemCard,
): { before: Partial<SystemCard>; after: Partial<SystemCard> } {
  const differing = (Object.keys(after) as (keyof SystemCard)[]).filter(
    (field) => digestOf({ it: before[field] }) !== digestOf({ it: after[field] }),
  )
  const those = (card: SystemCard): Partial<SystemCard> =>
    Object.fromEntries(differing.map((field) => [field, card[field]]))
  return { before: those(before), after: those(after) }
}
