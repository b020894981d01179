import type { HistoryItem } from '@afterai/contract'
import { type CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { AuditAction } from '../audit/index.ts'
import type { Transaction } from '../platform/database.ts'

/** An event of a change, as the trail has it. */
interface EventRow {
  readonly id: string
  readonly occurred_at: Date
  readonly action: AuditAction
  readonly actor_name: string | null
  readonly details: Readonly<Record<string, unknown>>
}

type Words = string | ((details: EventRow['details']) => string)

/**
 * Events of a change that everybody who works with it may see, in words. Who read or exported something is for auditors, and how often it was
 * seen again is a number of the change.
 */
const told = {
  'assessment.create': (it) => `Two evaluations were compared: ${wordOf(it['verdict'])}.`,
  'change.close': (it) => `It was closed: ${wordOf(it['code'])}.`,
  'change.confirm': 'It was confirmed.',
  'change.declare_emergency': 'An emergency was declared: it has to run before it can be decided.',
  'change.determine': (it) => `It was judged in the words of regulators: ${wordOf(it['after'])}.`,
  'change.dismiss': 'It was dismissed.',
  'change.end': 'It was told that it runs no more.',
  'change.implement': 'It was told that it runs.',
  'change.merge': 'It was merged with another change that tells of the same thing.',
  'change.open': (it) => `It was opened: ${wordOf(it['origin'])}.`,
  'change.rebase': 'Another configuration than was known turned out to have run before it.',
  'change.set_risk': (it) =>
    `Its risk was set: ${wordOf((it['after'] as { severity?: unknown } | undefined)?.severity)}.`,
  'change.verify': (it) => `What runs was looked at: ${wordOf(it['outcome'])}.`,
  'condition.find': (it) => `A condition of its record was looked at: ${wordOf(it['outcome'])}.`,
  'decision.approve': 'The decision was approved.',
  'decision.propose': (it) => `A decision was proposed: ${wordOf(it['decisionDetail'] ?? it['decision'])}.`,
  'decision.reject': 'The decision was rejected.',
  'plan.seal': (it) => `Version ${wordOf(it['version'])} of the plan of evaluations was sealed.`,
  'record.seal': 'The decision was sealed in a record.',
} as const satisfies Partial<Record<AuditAction, Words>>

/** A code as words. Never more than a code: whatever else a detail holds is for the trail. */
function wordOf(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^[a-z0-9_]{1,40}$/.test(text) ? text.replaceAll('_', ' ') : 'not told'
}

/** The newest that are told, and the events of one thing that are looked at from either end. */
const mostTold = 200
const mostOfOne = 200

/** The statement that reads the events of a change and of what was made for it, the newest first. */
export function selectHistory(tx: Transaction, tenantId: string, changeId: string): CompiledQuery<EventRow> {
  const newestOf = (kind: string) => sql`
    (select ${`${kind}/`} || id from ${sql.table(kind === 'plan' ? 'evaluation_plan' : kind)}
      where tenant_id = ${tenantId} and change_id = ${changeId} order by id desc limit 20)`
  const things = sql.join(['assessment', 'decision', 'record', 'plan'].map(newestOf), sql` union all `)
  const events = (direction: RawBuilder<unknown>) => sql`
    (select id, occurred_at, action, actor_name, details, outcome from audit_event
      where tenant_id = ${tenantId} and resource = it.resource order by id ${direction} limit ${mostOfOne})`
  // From both ends: a change that is seen again and again has its beginning behind thousands of such events.
  return sql<EventRow>`
    select e.id, e.occurred_at, e.action, e.actor_name, e.details
    from (select ${`change/${changeId}`} as resource union all ${things}) it
    cross join lateral (${events(sql`desc`)} union ${events(sql`asc`)}) e
    where e.outcome = 'allowed' and e.action = any(${Object.keys(told)}::text[])
    order by e.id desc limit ${mostTold}`.compile(tx)
}

/** Events in words, the newest last. */
export function historyIn(rows: readonly EventRow[]): HistoryItem[] {
  const words: Readonly<Partial<Record<AuditAction, Words>>> = told
  return rows.toReversed().map(({ occurred_at: at, action, actor_name: actorName, details }) => {
    const text = words[action] ?? action
    return { at: at.toISOString(), action, actorName, text: typeof text === 'string' ? text : text(details) }
  })
}
