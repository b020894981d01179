import {
  ProblemError,
  type Standing,
  type StandingName,
  standings,
  type Standings,
  wrongStandings,
} from '@afterai/contract'
import { sql } from 'kysely'
import { findSystem } from '../ace/index.ts'
import type { Transaction } from '../platform/database.ts'
import { together } from '../platform/together.ts'
import { type KnownRun, readFacts } from './read-facts.ts'
import { type Scope, selectAloneAt, selectRunsAt } from './runs.ts'
import { standingOf, type Verdict } from './standing-of.ts'

/**
 * Whether what runs in each environment may run, at an instant; the worst first, and of those that are alike the ones due first.
 * All of the scope is judged, whatever the limit: `counts` and `ok` speak of all of it, and a standing follows from the clock, the policy of
 * now and what was decided, so that no index knows the worst. A scope narrows it.
 */
export async function readStandings(
  tx: Transaction,
  tenantId: string,
  { at, limit, ...scope }: Scope & { readonly at: Date; readonly limit: number },
): Promise<Standings> {
  await refuseUnknown(tx, tenantId, scope)
  const all = await judgeAll(tx, tenantId, scope, at)
  const items = all.map(({ known, verdict }) => toView(known, verdict)).toSorted(byUrgency)
  const counts = Object.fromEntries(standings.map((name) => [name, 0])) as Record<StandingName, number>
  for (const { standing } of items) counts[standing] += 1
  return {
    at: at.toISOString(),
    items: items.slice(0, limit),
    counts,
    ok: !items.some(({ standing }) => wrongStandings.includes(standing)),
  }
}

/** Of what isn't there nothing is wrong, and to say so would be a claim: a name that is misspelt is refused. */
async function refuseUnknown(tx: Transaction, tenantId: string, { system, environment }: Scope): Promise<void> {
  const systemId = system === undefined ? undefined : (await findSystem(tx, tenantId, system)).id
  if (environment === undefined) return
  const { rows } = await sql`
    select from environment where tenant_id = ${tenantId} and name = ${environment} and (${systemId ?? null}::uuid is null or system_id = ${systemId ?? null})
    union all
    select from change where tenant_id = ${tenantId} and stands_alone and environment = ${environment} and (${systemId ?? null}::uuid is null or system_id = ${systemId ?? null})
    limit 1`.execute(tx)
  if (rows.length > 0) return
  const where = system === undefined ? 'of no system' : `of ${system}`
  throw new ProblemError('not_found', {
    detail: `there is no environment ${environment} ${where}; see: afterai system list`,
  })
}

/** A run with its standing. */
export interface Judged {
  readonly known: KnownRun
  readonly verdict: Verdict
}

/** The standing of every environment of a scope and of what runs by its change alone, in no particular order. */
export async function judgeAll(tx: Transaction, tenantId: string, scope: Scope, at: Date): Promise<Judged[]> {
  const [runs, alone] = await together(tx, [
    selectRunsAt(tx, tenantId, scope, at),
    selectAloneAt(tx, tenantId, scope, at),
  ])
  const known = await readFacts(
    tx,
    tenantId,
    [...runs, ...alone].map((run) => ({ ...run, at })),
  )
  return known.map((it) => ({ known: it, verdict: standingOf(it.facts, at) }))
}

function byUrgency(a: Standing, b: Standing): number {
  const rank = standings.indexOf(a.standing) - standings.indexOf(b.standing)
  if (rank !== 0) return rank
  return (
    (a.due ?? '9').localeCompare(b.due ?? '9') ||
    `${a.system} ${a.environment}`.localeCompare(`${b.system} ${b.environment}`)
  )
}

function toView({ run, facts, title, record, policyVersion }: KnownRun, verdict: Verdict): Standing {
  const { plan } = facts
  const isDeviating = verdict.standing === 'deviating'
  const isRecorded = facts.ruling?.is === 'record'
  return {
    systemId: run.system_id,
    system: run.system,
    environment: run.environment,
    ...verdict,
    due: verdict.due?.toISOString() ?? null,
    fingerprint: run.fingerprint,
    since: run.started_at.toISOString(),
    lastSeenAt: run.last_seen_at.toISOString(),
    changeId: facts.change?.id ?? null,
    changeTitle: title,
    recordId: isRecorded ? (record?.id ?? null) : isDeviating ? (plan?.recordId ?? null) : null,
    decidedAt: isRecorded ? (record?.sealedAt.toISOString() ?? null) : null,
    plannedChangeId: isDeviating ? (plan?.changeId ?? null) : null,
    deviation: isDeviating ? [...(plan?.deviation ?? [])] : [],
    policyVersion,
    envelopeId: verdict.standing === 'authorised' && !isRecorded ? facts.envelopeId : null,
    emergency: facts.emergency !== null,
  }
}
