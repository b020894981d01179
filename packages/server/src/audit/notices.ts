import type { LiveKind } from '@afterai/contract'
import { type CompiledQuery, sql } from 'kysely'
import { z } from 'zod'
import type { Transaction } from '../platform/database.ts'
import { changesNothing } from './actions.ts'

/** The channel of the database on which every process hears what was changed, by whichever. */
export const noticeChannel = 'afterai_events'

/** That something was changed: in which tenant, by which event, and what, by kind and id alone. */
export interface Notice {
  readonly tenantId: string
  readonly eventId: string
  /** Null where there is no kind for it but the audit trail's own. */
  readonly thing: { readonly kind: LiveKind; readonly id: string } | null
  readonly changeId: string | null
}

/** An event as far as a notice is made of it. */
interface NoticedEvent {
  readonly id: string
  readonly tenant_id: string
  readonly action: string
  readonly outcome: string
  readonly resource: string | null
  readonly details: unknown
  readonly changeId: string | undefined
}

/** Kinds by the beginnings of resources. */
const kinds: Readonly<Record<string, LiveKind>> = {
  account: 'member',
  assessment: 'assessment',
  change: 'change',
  decision: 'decision',
  delegation: 'policy',
  envelope: 'policy',
  evaluation: 'evaluation',
  invitation: 'member',
  policy: 'policy',
  record: 'record',
  system: 'system',
}
const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
/** A notification may have 8,000 bytes; one notice has some two hundred. */
const noticesAtOnce = 25

/**
 * The statement that tells of events once their transaction is committed, and never before; none where there is nothing to tell. What tells
 * who came in and what was read changes nothing that a page shows, and reading what a notice tells of must not be told again.
 */
export function announce(tx: Transaction, events: readonly NoticedEvent[]): readonly CompiledQuery[] {
  const notices = events.filter((it) => it.outcome === 'allowed' && !changesNothing(it.action)).map(noticeOf)
  if (notices.length === 0) return []
  const payloads = Array.from({ length: Math.ceil(notices.length / noticesAtOnce) }, (_, nth) =>
    JSON.stringify(notices.slice(nth * noticesAtOnce, (nth + 1) * noticesAtOnce).map(toWire)),
  )
  return [sql`select pg_notify(${noticeChannel}, payload) from unnest(${payloads}::text[]) as payload`.compile(tx)]
}

function noticeOf({ id, tenant_id: tenantId, action, resource, details, changeId }: NoticedEvent): Notice {
  const [place = '', named = ''] = resource?.split('/') ?? []
  const told = changeId ?? memberOf(details, 'changeId')
  const about = place === 'change' ? named : told
  const notice = { tenantId, eventId: id, changeId: about !== undefined && uuid.test(about) ? about : null }
  // A plan is a part of its change, and has no page but the change's.
  if (place === 'plan' && notice.changeId !== null) return { ...notice, thing: { kind: 'change', id: notice.changeId } }
  const kind = action === 'standing.worsen' ? 'standing' : kinds[place]
  return { ...notice, thing: kind !== undefined && uuid.test(named) ? { kind, id: named } : null }
}

function memberOf(details: unknown, name: string): string | undefined {
  const value: unknown = typeof details === 'object' && details !== null ? Reflect.get(details, name) : undefined
  return typeof value === 'string' ? value : undefined
}

const wire = z.array(z.tuple([z.uuid(), z.uuid(), z.string(), z.string(), z.string()]))

function toWire({ tenantId, eventId, thing, changeId }: Notice): z.infer<typeof wire>[number] {
  return [tenantId, eventId, thing?.kind ?? '', thing?.id ?? '', changeId ?? '']
}

/** Reads notices as they come over the channel; none from what nobody of us wrote. */
export function readNotices(payload: string): Notice[] {
  const read = wire.safeParse(parsed(payload))
  if (!read.success) return []
  return read.data.map(([tenantId, eventId, kind, id, changeId]) => ({
    tenantId,
    eventId,
    thing: kind === '' ? null : { kind: kind as LiveKind, id },
    changeId: changeId === '' ? null : changeId,
  }))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
