import { type Policy, type PolicyCheck, type PolicyRule, ProblemError, type setPolicyRequest } from '@afterai/contract'
import { type CompiledQuery, type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import type { Caller } from '../access/index.ts'
import { findSystem } from '../ace/index.ts'
import { type Audit, nameThen } from '../audit/index.ts'
import { holdLock, json, type Tables, type Transaction } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { together } from '../platform/together.ts'
import { type RuledMember, warningsOf } from './quorum.ts'
import { defaultRules, type Scoped } from './rules.ts'

type Row = Selectable<Tables['change_policy']> & { readonly system: string | null }

/** The statement that reads every version of the policies of a tenant, of each scope the newest first. */
export function selectPolicies(tx: Transaction, tenantId: string): CompiledQuery<Row> {
  return sql<Row>`
    select p.*, s.name as system
    from change_policy p left join system s on s.tenant_id = p.tenant_id and s.id = p.system_id
    where p.tenant_id = ${tenantId}
    order by p.system_id, p.environment, p.version desc`.compile(tx)
}

/** Rows as policies with their scopes. */
export function policiesIn(rows: readonly Row[]): Scoped[] {
  return rows.map((row) => ({
    systemId: row.system_id,
    environment: row.environment,
    version: row.version,
    setAt: row.set_at,
    rules: row.rules,
  }))
}

/** Every policy of a tenant, the widest first; the built-in one where nothing is set for the whole tenant. */
export async function listPolicies(
  tx: Transaction,
  tenantId: string,
  {
    system,
    environment,
    at,
  }: { system?: string | undefined; environment?: string | undefined; at?: string | undefined },
): Promise<{ items: Policy[] }> {
  const [versions] = await together(tx, [selectPolicies(tx, tenantId)])
  const then = at === undefined ? new Date() : new Date(at)
  const newest = new Map(
    versions
      .filter((row) => row.set_at <= then)
      .toReversed()
      .map((row) => [scopeOf(row), row]),
  )
  const set = [...newest.values()]
    .filter((row) => (system ?? row.system) === row.system && (environment ?? row.environment) === row.environment)
    .toSorted((a, b) => scopeOf(a).localeCompare(scopeOf(b)))
    .map(toView)
  const isWhole = system === undefined && environment === undefined && !newest.has('/')
  return { items: isWhole ? [builtIn, ...set] : set }
}

const builtIn: Policy = {
  id: null,
  system: null,
  environment: null,
  version: 0,
  rules: [...defaultRules],
  reason: null,
  setAt: null,
  setBy: null,
  setByName: null,
}

function scopeOf({ system, environment }: Pick<Row, 'system' | 'environment'>): string {
  return `${system ?? ''}/${environment ?? ''}`
}

function toView(row: Row): Policy {
  return {
    id: row.id,
    system: row.system,
    environment: row.environment,
    version: row.version,
    rules: row.rules,
    reason: row.reason,
    setAt: row.set_at.toISOString(),
    setBy: row.set_by,
    setByName: row.set_by_name,
  }
}

/**
 * Sets the rules of a scope, as its next version; earlier versions stay as they were.
 * @returns the version, and what of it nobody could follow with the members of now
 * @throws ProblemError `not_found` where there is no such system, `invalid_request` where a named person can't approve, `policy_changed`
 * where another version was set than the one that the caller read
 */
export async function setPolicy(
  audit: Audit,
  tx: Transaction,
  { principal, actor }: Caller,
  { system, environment, rules, reason, basedOn }: z.infer<typeof setPolicyRequest>,
): Promise<Policy & PolicyCheck> {
  const { tenantId } = principal
  const systemId = system === undefined ? null : (await findSystem(tx, tenantId, system)).id
  const members = await readRuledMembers(tx, tenantId)
  refuseUnknownPeople(members, rules)
  // One after the other: the versions of a scope count without a gap.
  await holdLock(tx, `policy ${tenantId}`)
  const [policies] = await together(tx, [selectPolicies(tx, tenantId)])
  const before = policies.find((it) => it.system_id === systemId && it.environment === (environment ?? null))
  if (basedOn !== undefined && basedOn !== (before?.version ?? 0)) {
    throw new ProblemError('policy_changed', { detail: changeWords(before) })
  }
  const row = await tx
    .insertInto('change_policy')
    .values({
      tenant_id: tenantId,
      id: newId(),
      system_id: systemId,
      environment: environment ?? null,
      version: (before?.version ?? 0) + 1,
      rules: json(rules),
      reason,
      set_by: principal.accountId,
      set_by_name: nameThen(principal),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const after = toView({ ...row, system: system ?? null })
  await audit(tx, actor, {
    action: 'policy.set',
    resource: `policy/${row.id}`,
    details: { system: system ?? null, environment: environment ?? null, version: row.version },
    change: { before: before === undefined ? builtIn : toView(before), after },
  })
  return { ...after, warnings: warningsOf(rules, members) }
}

/** What of rules nobody could follow with the members of now. */
export async function checkPolicy(
  tx: Transaction,
  tenantId: string,
  rules: readonly PolicyRule[],
): Promise<PolicyCheck> {
  return { warnings: warningsOf(rules, await readRuledMembers(tx, tenantId)) }
}

/** What was set since it was read: the newest version, by whom, and when. */
function changeWords(newest: Row | undefined): string {
  if (newest === undefined) return 'no version was set for this scope'
  const { version, set_by_name: name, set_at: at } = newest
  return `${name ?? 'a removed account'} set version ${version} at ${at.toISOString()}`
}

function readRuledMembers(tx: Transaction, tenantId: string): Promise<RuledMember[]> {
  return tx
    .selectFrom('membership')
    .select(['account_id as accountId', 'kind', 'role'])
    .where('tenant_id', '=', tenantId)
    .where('disabled_at', 'is', null)
    .execute()
}

function refuseUnknownPeople(members: readonly RuledMember[], rules: readonly PolicyRule[]): void {
  const roles = new Map(members.map(({ accountId, role }) => [accountId, role]))
  const errors = rules.flatMap(({ approvals }, rule) =>
    approvals.people.flatMap((person, index) => {
      const role = roles.get(person)
      const may = role === 'admin' || role === 'approver'
      const pointer = `/rules/${rule}/approvals/people/${index}`
      return may ? [] : [{ pointer, detail: 'is no member who may approve; see: afterai user list' }]
    }),
  )
  if (errors.length > 0) throw new ProblemError('invalid_request', { errors })
}
