import { type StandingName, standings, wrongStandings } from '@afterai/contract'
import { sql } from 'kysely'
import { type Audit, systemActor } from '../audit/index.ts'
import { type Database, json, type Transaction, withRole, withTenant } from '../platform/database.ts'
import type { RepeatedJob } from '../platform/jobs.ts'
import { together } from '../platform/together.ts'
import { checkConditions } from './conditions.ts'
import { judgeAll, type Judged } from './standing-service.ts'

/** A turn for the worse, in the words of a mail. */
export interface Worse {
  readonly system: string
  readonly environment: string
  /** The change by which alone it runs; null for what the environment runs with. */
  readonly changeId: string | null
  readonly standing: StandingName
  readonly reason: string
  readonly needs: string | null
}

/** Dependencies of the watch over standings. */
export interface WatchDependencies {
  readonly db: Database
  readonly audit: Audit
  /** Tells people who may decide, where the instance has a way to; answers whether it did. */
  readonly tell: ((tenantId: string, worse: readonly Worse[]) => Promise<boolean>) | undefined
  readonly now?: () => Date
}

const everyMs = 60_000

/** The job that notices what has come into a worse standing: each turn once, as an event of the trail, and by mail where it is wrong. */
export function watchingStandings(deps: WatchDependencies): RepeatedJob {
  return { name: 'watch-standings', everyMs, run: (stopping) => watchAll(deps, stopping) }
}

/** Looks at every tenant once. */
export async function watchAll(deps: WatchDependencies, stopping: AbortSignal): Promise<void> {
  const tenants = await withRole(deps.db, 'afterai_sequencer', (tx) =>
    tx.selectFrom('ledger_log').select('tenant_id').orderBy('tenant_id').execute(),
  )
  for (const { tenant_id: tenantId } of tenants) {
    if (stopping.aborted) return
    const worse = await withTenant(deps.db, tenantId, (tx) => watchTenant(deps, tx, tenantId))
    if (worse.length === 0 || deps.tell === undefined) continue
    if (await deps.tell(tenantId, worse)) await withTenant(deps.db, tenantId, (tx) => markTold(tx, tenantId, worse))
  }
}

interface Told {
  readonly key: string
  readonly standing: StandingName
  readonly mail_due: boolean
}

/** Keeps what each environment's standing is, tells the trail what got worse; answers what people are still to be told. */
async function watchTenant(
  { audit, now = () => new Date() }: WatchDependencies,
  tx: Transaction,
  tenantId: string,
): Promise<Worse[]> {
  // One process looks at a tenant at a time; another leaves it to this one.
  const { rows } = await sql<{ mine: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`standings ${tenantId}`}, 0)) as mine`.execute(tx)
  if (rows[0]?.mine !== true || (await isQuietTenant(tx, tenantId))) return []
  const told = await readTold(tx, tenantId)
  const toldOf = new Map(told.map((it) => [it.key, it]))
  const at = now()
  const first = await judgeAll(tx, tenantId, {}, at)
  const broken = await checkConditions(audit, tx, tenantId, first, at)
  // What broke just now counts at once.
  const all = broken.length === 0 ? first : await judgeAll(tx, tenantId, {}, new Date(at.getTime() + 1))
  const turned = all.filter((it) => toldOf.get(keyOf(it.known.run))?.standing !== it.verdict.standing)
  const worse = turned.filter((it) => isWorse(toldOf.get(keyOf(it.known.run)), it.verdict.standing))
  await keep(tx, tenantId, { turned, worse, toldOf })
  await audit(tx, systemActor(tenantId), ...worse.map(eventOf))
  const due = new Set(told.filter((it) => it.mail_due).map(({ key }) => key))
  const isDue = (it: Judged): boolean => (worse.includes(it) || due.has(keyOf(it.known.run))) && isWrong(it)
  return all.filter(isDue).map(({ known: { run }, verdict: { standing, reason, needs } }) => ({
    system: run.system,
    environment: run.environment,
    changeId: run.fingerprint === null ? run.change_id : null,
    standing,
    reason,
    needs,
  }))
}

/** The sample's changes and those of operators need nobody. */
async function isQuietTenant(tx: Transaction, tenantId: string): Promise<boolean> {
  const row = await tx
    .selectFrom('tenant')
    .select(['sample', 'instance', 'suspended_at'])
    .where('id', '=', tenantId)
    .executeTakeFirst()
  return row === undefined || row.sample || row.instance || row.suspended_at !== null
}

async function readTold(tx: Transaction, tenantId: string): Promise<readonly Told[]> {
  const { rows } = await sql<Told>`
    select system_id || ' ' || environment as key, standing, mail_due from told_standing where tenant_id = ${tenantId}
    union all
    select change_id::text, standing, mail_due from told_change where tenant_id = ${tenantId}`.execute(tx)
  return rows
}

/** The key by which a standing is told: of an environment, or of a change by which alone something runs. */
function keyOf({ id, system_id, environment, fingerprint }: Judged['known']['run']): string {
  return fingerprint === null ? id : `${system_id} ${environment}`
}

/** What is good when it is first seen is no turn; what isn't, is. */
function isWorse(told: Told | undefined, now: StandingName): boolean {
  const from = told?.standing ?? 'accepted_baseline'
  return standings.indexOf(now) < standings.indexOf(from) && now !== 'authorised'
}

function isWrong({ verdict }: Judged): boolean {
  return wrongStandings.includes(verdict.standing)
}

async function keep(
  tx: Transaction,
  tenantId: string,
  {
    turned,
    worse,
    toldOf,
  }: {
    readonly turned: readonly Judged[]
    readonly worse: readonly Judged[]
    readonly toldOf: ReadonlyMap<string, Told>
  },
): Promise<void> {
  const rows = turned.map((it) => ({
    system_id: it.known.run.system_id,
    environment: it.known.run.environment,
    fingerprint: it.known.run.fingerprint,
    standing: it.verdict.standing,
    run_id: it.known.run.id,
    mail_due: isWrong(it) && (worse.includes(it) || toldOf.get(keyOf(it.known.run))?.mail_due === true),
  }))
  const [alone, runs] = [rows.filter((it) => it.fingerprint === null), rows.filter((it) => it.fingerprint !== null)]
  await together(tx, [
    sql`
      insert into told_standing (tenant_id, system_id, environment, standing, run_id, mail_due)
      select ${tenantId}::uuid, * from jsonb_to_recordset(${json(runs)})
        as it (system_id uuid, environment text, standing text, run_id uuid, mail_due boolean)
      on conflict (tenant_id, system_id, environment) do update
        set standing = excluded.standing, run_id = excluded.run_id, told_at = now(), mail_due = excluded.mail_due`.compile(
      tx,
    ),
    sql`
      insert into told_change (tenant_id, change_id, standing, mail_due)
      select ${tenantId}::uuid, * from jsonb_to_recordset(${json(alone)}) as it (run_id uuid, standing text, mail_due boolean)
      on conflict (tenant_id, change_id) do update
        set standing = excluded.standing, told_at = now(), mail_due = excluded.mail_due`.compile(tx),
  ])
}

function eventOf({ known: { run, facts, record, policyVersion }, verdict }: Judged) {
  return {
    action: 'standing.worsen',
    resource: `system/${run.system_id}`,
    details: {
      environment: run.environment,
      fingerprint: run.fingerprint,
      standing: verdict.standing,
      reason: verdict.reason,
      changeId: facts.change?.id ?? null,
      recordId: record?.id ?? null,
      policyVersion,
    },
  } as const
}

async function markTold(tx: Transaction, tenantId: string, worse: readonly Worse[]): Promise<void> {
  const alone = worse.flatMap(({ changeId }) => changeId ?? [])
  await together(tx, [
    sql`
      update told_standing t set mail_due = false
      from jsonb_to_recordset(${json(worse.filter(({ changeId }) => changeId === null))}) as it (system text, environment text)
      join system s on s.tenant_id = ${tenantId} and s.name = it.system
      where t.tenant_id = ${tenantId} and t.system_id = s.id and t.environment = it.environment`.compile(tx),
    sql`update told_change set mail_due = false where tenant_id = ${tenantId} and change_id = any(${alone}::uuid[])`.compile(
      tx,
    ),
  ])
}
