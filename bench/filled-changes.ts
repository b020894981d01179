import type { Client } from 'pg'

// As SQL: an identifier, and one of two fingerprints, by turns.
const id = (kind: string, n: string): string => `('${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
const side = (n: string): string =>
  `case when ${n} % 2 = 0 then 'sha256:' || repeat('a', 64) else 'sha256:' || repeat('b', 64) end`

/** How much a tenant is filled with. */
export interface Filling {
  readonly changes: number
  readonly systems: number
  /** What both configurations hold. */
  readonly configuration: object
}

/** Fills a tenant with changes of several systems, most of them of one, which goes back and forth between two configurations; each tenth, of the newest, has a record. */
export async function fillChanges(
  owner: Client,
  tenantId: string,
  { changes, systems, configuration }: Filling,
): Promise<void> {
  const tenant = `'${tenantId}'::uuid`
  const system = `case when n % 10 = 0 then ${id('00000001', `n % ${systems}`)} else ${id('00000001', '0')} end`
  const time = `now() - (${changes} - n) * interval '20 seconds'`
  const content = JSON.stringify(configuration)
  for (const statement of [
    'set session_replication_role = replica',
    `insert into system (tenant_id, id, name) select ${tenant}, ${id('00000001', 'n')}, 'system-' || n from generate_series(0, ${systems - 1}) n`,
    `insert into configuration (tenant_id, fingerprint, content) select ${tenant}, ${side('n')}, '${content}' from generate_series(0, 1) n`,
    `insert into change (tenant_id, id, system_id, environment, status, change_types, intent, change_class, title, origin, change_fingerprint,
       delta, author_id, fingerprint_before, fingerprint_after, opened_at, implemented_at)
     select ${tenant}, ${id('00000009', 'n')}, ${system}, 'production', 'confirmed', '{model}', 'observed', 'normal', 'x', 'sdk',
       'sha256:' || lpad(to_hex(n), 64, '0'), '[]', ${id('00000002', '0')}, ${side('n + 1')}, ${side('n')}, ${time}, ${time}
     from generate_series(1, ${changes}) n`,
    `insert into run (tenant_id, id, system_id, environment, fingerprint, started_at, known_at, change_id)
     select tenant_id, id, system_id, environment, fingerprint_after, implemented_at, implemented_at, id from change`,
    `insert into environment (tenant_id, system_id, name, fingerprint, changed_at, first_seen_at, last_seen_at)
     select distinct on (system_id) tenant_id, system_id, environment, fingerprint, started_at, started_at, now() from run
     order by system_id, started_at desc`,
    `insert into decision (tenant_id, id, change_id, status, proposal, assessment_ids, evidence_digest, author_id, author_name, settled_at)
     select tenant_id, id, id, 'approved', '{"decision":"act","decisionDetail":"approve","justification":"x","conditions":[]}', '{}',
       'sha256:' || repeat('b', 64), author_id, 'Ada', implemented_at from change where status = 'confirmed' order by id desc limit ${Math.floor(changes / 10)}`,
    `insert into record (tenant_id, id, change_id, decision_id, verdict, envelope, sealed_at, system_id, environment, fingerprint, decision)
     select d.tenant_id, d.id, d.change_id, d.id, 'none', '\\x00', d.settled_at, c.system_id, c.environment, c.fingerprint_after, 'act'
     from decision d join change c on c.tenant_id = d.tenant_id and c.id = d.change_id`,
    'set session_replication_role = default',
    'analyze',
  ]) {
    await owner.query(statement)
  }
}
