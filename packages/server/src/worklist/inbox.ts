import { type Inbox, type InboxItem, type InboxKind, inboxKinds } from '@afterai/contract'
import type { Principal } from '../access/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { awaitedOf } from '../standing/index.ts'
import { type StandingChange, withLives } from './change-rows.ts'
import { type ScannedChange, selectChanges } from './change-scan.ts'
import { amissOf, judgeAmiss } from './amiss.ts'
import { endingKey, selectEndingKeys, selectOpenChanges, selectUnclosedChanges } from './inbox-sources.ts'
import { heldBy, type Held } from './waiting.ts'

/** The most that is shown, that is looked at of each kind, and that is looked through for it. */
const mostShown = 100
const mostOfOne = 200
const mostLookedAt = 5_000

/** What waits for somebody: the most urgent first, and of what is alike what has waited longest. */
export async function readInbox(tx: Transaction, principal: Principal, now: Date = new Date()): Promise<Inbox> {
  const { tenantId, accountId } = principal
  const held = heldBy(principal)
  const mine = {
    filter: { awaiting: 'me' as const },
    systemId: undefined,
    held,
    before: undefined,
    order: 'oldest' as const,
  }
  const [oldest, open, keys, unclosed] = await together(tx, [
    selectChanges(tx, tenantId, mine, { limit: mostOfOne, lookAt: mostLookedAt }),
    selectOpenChanges(tx, tenantId, held.has('decision:approve') ? mostOfOne : 0),
    selectEndingKeys(tx, { tenantId, accountId, limit: held.has('api-key:own') ? mostOfOne : 0 }, now),
    selectUnclosedChanges(tx, tenantId, held.has('decision:write') ? mostOfOne : 0),
  ])
  const amiss = await judgeAmiss(tx, principal, { held, now, limit: mostOfOne })
  const named = [
    ...[...open, ...unclosed].map((it) => it.change_id),
    ...amiss.items.flatMap(({ changeId }) => changeId ?? []),
  ]
  const changes = await readChanges(tx, principal, { found: oldest, named, held })
  const rows = new Map(changes.map((it) => [it.row.id, it.row]))
  const items = [
    ...changes.flatMap((it) => itemOf(it, held)),
    ...amiss.items.map((it) => amissOf(it, rows.get(it.changeId ?? '') ?? null)),
    ...keys.map(endingKey),
  ].toSorted((a, b) => urgencyOf(a, now) - urgencyOf(b, now) || a.since.localeCompare(b.since))
  const counts = Object.fromEntries(inboxKinds.map((kind) => [kind, 0])) as Record<InboxKind, number>
  for (const { kind } of items) counts[kind] += 1
  const isCut = [oldest, open, keys, unclosed].some(({ length }) => length >= mostOfOne) || amiss.isCut
  const isShort = oldest.at(-1)?.nth === mostLookedAt
  return { items: items.slice(0, mostShown), counts, capped: isCut || isShort || items.length > mostShown }
}

/** Changes that were found, and others by their ids, with what waits for whoever asks. */
async function readChanges(
  tx: Transaction,
  principal: Principal,
  {
    found,
    named,
    held,
  }: { readonly found: readonly ScannedChange[]; readonly named: readonly string[]; readonly held: Held },
): Promise<StandingChange[]> {
  const fitting = found.filter(({ fits }) => fits)
  const known = new Set(fitting.map(({ id }) => id))
  const ids = [...new Set(named)].filter((id) => !known.has(id))
  if (ids.length === 0) return withLives(tx, principal, fitting)
  const scan = { filter: {}, systemId: undefined, ids, held, before: undefined, order: 'oldest' as const }
  const bounds = { limit: ids.length, lookAt: ids.length + 1 }
  const [others] = await together(tx, [selectChanges(tx, principal.tenantId, scan, bounds)])
  return withLives(tx, principal, [...fitting, ...others])
}

function itemOf({ row, known, vote, work: own }: StandingChange, held: Held): InboxItem[] {
  const { facts, decideBy } = known
  // Nothing depends on a closure, so no list of changes has it as work; it is shown to who may do it all the same.
  const isUnclosed = own === null && vote === undefined && held.has('decision:write')
  const work = isUnclosed && awaitedOf(facts)?.work === 'close' ? 'close' : own
  if (work === null) return []
  const since = {
    approve: vote?.proposedAt,
    propose: facts.assessed?.at,
    assess: undefined,
    confirm: undefined,
    verify: facts.implemented?.at,
    close: (facts.rolledBack ?? facts.verified ?? facts.approved)?.at,
  }[work]
  const due = work === 'verify' || work === 'close' ? null : (decideBy?.toISOString() ?? null)
  return [
    {
      kind: work,
      row,
      title: row.title,
      system: row.system,
      environment: row.environment,
      changeId: row.id,
      decisionId: vote?.decisionId ?? null,
      since: since?.toISOString() ?? row.openedAt,
      due,
      note: awaitedOf(facts)?.waitsFor ?? 'an approver',
      cause: null,
    },
  ]
}

const dayMs = 86_400_000

/** How urgent it is: what is late or runs as it must not, what is due within a day or had to run first, and the rest. */
function urgencyOf({ kind, due, row }: InboxItem, now: Date): 0 | 1 | 2 {
  const left = due === null ? Infinity : Date.parse(due) - now.getTime()
  if (kind === 'standing' || left <= 0) return 0
  return left <= dayMs || row?.emergency === true ? 1 : 2
}
