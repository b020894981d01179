import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'

/** A digest of every table, but for times of use and for what counts attempts, which outlives a failed one. The sequencer must have nothing left to do, since it writes by itself. */
export async function stateOfDatabase(owner: Client): Promise<Record<string, string>> {
  while ((await owner.query('select from ledger_outbox limit 1')).rows.length > 0) await sleep(20)
  const tables = await owner.query<{ name: string }>(
    // What counts requests and guesses counts them whatever becomes of them; a challenge, or a sign-in with a provider, is spent whatever becomes of it.
    `select c.relname as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
       and c.relname not in ('rate_level', 'guess', 'known_place', 'passkey_challenge', 'oidc_transaction')`,
  )
  const state: Record<string, string> = {}
  for (const { name } of tables.rows) {
    const { rows } = await owner.query<{ digest: string }>(
      `select md5(coalesce(string_agg(it, '|' order by it), '')) as digest
       from ${name} t, lateral (select (to_jsonb(t) - 'used_at' - 'last_used_at' - 'tries')::text as it)`,
    )
    state[name] = rows[0]?.digest ?? ''
  }
  return state
}

/** The same without the trail and its log: a GET that is refused is an event, too. */
export function withoutTrail(state: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).filter(([table]) => !/^(audit_event|ledger_)/.test(table)))
}
