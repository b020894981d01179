import { emptyWindow, windowToJson } from '@afterai/evidence'
import type { TestServer } from './test-server.ts'

/** A tenant with much of everything, and what its lists can be asked for. */
export interface ListData {
  /** For each list, values of each of its filters: of what there is most, of what there is little, and of what there is none. */
  readonly filters: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** A change with decisions. */
  readonly changeId: string
  /** Whether a list can be asked with these filters alone. */
  required(path: string, names: readonly string[]): boolean
}

/** An hour with one call. */
const window = JSON.stringify({ ...windowToJson(emptyWindow()), calls: 1 })

/** Filters without which a list isn't answered. */
const needed: Readonly<Record<string, string>> = {
  '/v1/telemetry/windows': 'system',
  '/v1/assessments/{id}/cases': 'metric',
  // Of one evaluation, by two indexes.
  '/v1/evaluations/{id}/assessments': 'nothing that there is',
}

const much = 200_000
const some = 20_000
const day = 86_400_000

/** An identifier of version 7 for the n-th row of `total`, one a second up to now: `$id` stands for it below. */
const idOf = (total: number): string =>
  `(lpad(to_hex((extract(epoch from now()) * 1000)::bigint - (${total} - n) * 1000), 12, '0')
    || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid`
const timeOf = (total: number): string => `now() - (${total} - n) * interval '1 second'`

/** One kind of identifier for each table, so that rows can name each other. */
const fixedId = (kind: string, n: string): string => `('${kind}-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
const systemId = (n: string): string => fixedId('00000001', n)
const accountId = (n: string): string => fixedId('00000002', n)

const [big, small] = [systemId('0'), systemId('1')]
const fingerprint = `'sha256:${'a'.repeat(64)}'`

/** Fills the administrator's tenant. The oldest tenth of the rows is of a kind of its own, so that reading from the newest on doesn't find it. */
export async function createListData(server: TestServer): Promise<ListData> {
  const { owner, admin } = server
  const tenant = `'${admin.tenant.id}'::uuid`
  const by = `'${admin.accountId}'::uuid`
  const old = `n < ${much / 10}`
  const fill = (table: string, columns: string, total: number, values: string): string =>
    `insert into ${table} (tenant_id, ${columns}) select ${tenant}, ${values} from generate_series(0, ${total - 1}) n`
  const statements = [
    // As data that is loaded: what refers to what is right by the making.
    `set session_replication_role = replica`,
    fill('system', 'id, name, created_at', some, `${systemId('n')}, 'system-' || n, ${timeOf(some)}`),
    `insert into configuration (tenant_id, fingerprint, content) values (${tenant}, ${fingerprint}, '{"model":{"provider":"acme","name":"large"},"prompts":[],"inference":{},"tools":[]}')`,
    fill(
      'environment',
      'system_id, name, fingerprint, changed_at, first_seen_at, last_seen_at',
      some,
      `${systemId('n')}, 'production', ${fingerprint}, now(), now(), now()`,
    ),
    fill(
      'observation',
      'id, system_id, environment, fingerprint, outcome, origin, observed_at',
      much,
      `${idOf(much)}, ${systemId(`${some - 1} - n % 40`)}, 'production', ${fingerprint}, 'unchanged', 'sdk', now()`,
    ),
    `insert into observation_count select tenant_id, system_id, environment, 0, count(*) from observation group by 1, 2, 3`,
    fill(
      'change',
      `id, system_id, environment, status, change_types, intent, change_class, title, origin, change_fingerprint, delta, author_id, fingerprint_after`,
      much,
      `${idOf(much)}, case when n < 5 then ${small} else ${big} end, 'production',
       case when ${old} then 'dismissed' else 'confirmed' end, '{model}', 'observed', 'normal', 'x', 'sdk', 'sha256:' || lpad(to_hex(n), 64, '0'), '[]', ${by}, ${fingerprint}`,
    ),
    fill(
      'evaluation',
      `id, system_id, format, source_digest, size_bytes, cases, errors, metrics, dropped, digested_identifiers, run_digest, imported_by`,
      some,
      `${idOf(some)}, case when n < 5 then ${small} else ${big} end, 'csv', 'sha256:' || repeat('a', 64), 1, 1, 0, '[]', '[]', 0, 'x', ${by}`,
    ),
    `insert into decision (tenant_id, id, change_id, status, proposal, assessment_ids, evidence_digest, author_id, author_name)
     select tenant_id, id, id, case when row_number() over (order by id) % 2 = 0 then 'approved' else 'proposed' end,
       '{"decision":"act","decisionDetail":"approve","justification":"x","conditions":[]}', array[id], 'sha256:' || repeat('b', 64), author_id, 'Ada'
     from change where status = 'confirmed' order by id desc limit ${some}`,
    `insert into approval (tenant_id, decision_id, approver_id, approver_name, verdict, evidence_digest)
     select tenant_id, id, author_id, 'Ada', 'approve', evidence_digest from decision where status = 'approved'`,
    `insert into record (tenant_id, id, change_id, decision_id, verdict, envelope, sealed_at, system_id, environment, fingerprint, decision)
     select d.tenant_id, d.id, d.change_id, d.id, 'act', '\\x00', now(), c.system_id, c.environment, c.fingerprint_after, 'act'
     from decision d join change c on c.tenant_id = d.tenant_id and c.id = d.change_id where d.status = 'approved'`,
    // As the triggers keep it, which rest here.
    `update change c set decided_as = r.decision from record r where r.tenant_id = c.tenant_id and r.change_id = c.id`,
    `update change c set decision_pending = true from decision d
     where d.tenant_id = c.tenant_id and d.change_id = c.id and d.status = 'proposed'`,
    fill(
      'run',
      'id, system_id, environment, fingerprint, started_at, known_at, change_id',
      much,
      `${idOf(much)}, ${big}, 'production', case when n % 2 = 0 then ${fingerprint} else 'sha256:' || repeat('c', 64) end,
       ${timeOf(much)}, ${timeOf(much)}, ${idOf(much)}`,
    ),
    fill(
      'audit_event',
      `id, occurred_at, action, outcome, actor_id, credential, address, request_id, resource, details, envelope, salt, ciphertext`,
      much,
      `${idOf(much)}, ${timeOf(much)},
       case when n < 5 then 'session.rare' when ${old} then 'session.open' when n % 3 = 0 then 'change.open' else 'change.repeat' end,
       case when ${old} then 'failed' when n % 100 = 0 then 'denied' else 'allowed' end,
       case when n < 5 then ${accountId('1')} else ${accountId('0')} end,
       case when n < 5 then 'setup_code' else 'api_key' end, '127.0.0.1',
       case when n < 5 then ${fixedId('00000004', '0')} else ${fixedId('00000004', 'n')} end,
       case when n < 5 then 'system/rare' else 'system/' || n % 2 end, '{}', '\\x00', '\\x00', '\\x00'`,
    ),
    fill(
      'telemetry_window',
      'system_id, environment, fingerprint, route, source, hour, aggregate',
      much / 2,
      `case when n < 5 then ${small} else ${big} end, case when n % 50 = 0 then 'staging' else 'production' end, 'f', 'route-' || n % 10, 'calls',
       date_trunc('hour', now()) - (n / 10) * interval '1 hour', '${window}'`,
    ),
    fill(
      'telemetry_client',
      'boot_id, account_id, batches, last_sequence, events, dropped',
      some,
      `${idOf(some)}, ${by}, 1, 0, 1, 0`,
    ),
    fill(
      'served_model',
      'id, system_id, environment, provider, requested_model',
      some,
      `${idOf(some)}, case when n < 5 then ${small} else ${big} end, 'production', 'acme', 'model-' || n`,
    ),
    `insert into served_identity (tenant_id, served_model_id, served_name, system_fingerprint, baseline, first_seen_at, last_seen_at)
     select tenant_id, id, requested_model, '', true, now(), now() from served_model`,
    `insert into account (id, kind, name, email) select ${accountId('n')}, case when n < 5 then 'service' else 'person' end, 'Person ' || n,
       case when n < 5 then null else 'person-' || n || '@many.example' end from generate_series(0, ${some - 1}) n`,
    fill(
      'membership',
      'account_id, role, name, email, kind',
      some,
      `${accountId('n')}, 'viewer', 'Person ' || n, case when n < 5 then null else 'person-' || n || '@many.example' end,
       case when n < 5 then 'service' else 'person' end`,
    ),
    fill(
      'invitation',
      'id, email, role, invited_by, expires_at, accepted_at',
      some,
      `${idOf(some)}, 'guest-' || n || '@many.example', 'viewer', ${by}, now(), now()`,
    ),
    fill(
      'api_key',
      'id, account_id, name, prefix, key_hash, scopes, expires_at',
      some,
      `${idOf(some)}, ${accountId('n')}, 'key ' || n, 'aftr_live_xxxx', sha256(n::text::bytea), '{system:read}',
       now() + case when n < 5 then interval '3 days' else interval '1 year' end`,
    ),
    fill(
      'delegation',
      'id, from_id, to_id, reason, until',
      some,
      `${idOf(some)}, ${accountId('n')}, ${by}, 'x', now()`,
    ),
    `insert into tenant (id, slug, name) select ${fixedId('00000003', 'n')}, 'many-' || n, 'Many' from generate_series(0, ${some - 1}) n`,
    `set session_replication_role = default`,
    'vacuum analyze change',
    'analyze',
  ]
  for (const statement of statements) await owner.query(statement)
  const { rows } = await owner.query<{ id: string }>('select change_id as id from decision order by id desc limit 1')
  const systems = ['system-0', 'system-1', 'system-7', 'nothing-of-this-name']
  const at = (daysAgo: number): string => new Date(Date.now() - daysAgo * day).toISOString()
  const id = (n: string): string => `00000002-0000-7000-8000-${n.padStart(12, '0')}`
  const request = (n: string): string => `00000004-0000-7000-8000-${n.padStart(12, '0')}`
  return {
    changeId: rows[0]?.id ?? '',
    required: (path, names) => !(path in needed) || names.includes(needed[path] ?? ''),
    filters: {
      '/v1/audit-events': {
        action: ['change.open', 'session.rare', 'none.such'],
        actionPrefix: ['change.', 'session.r', 'none'],
        outcome: ['allowed', 'denied', 'failed'],
        actorId: [id('0'), id('1'), id('99')],
        resource: ['system/1', 'system/rare', 'system/none'],
        credential: ['api_key', 'setup_code', 'cookie'],
        requestId: [request('0'), request('99'), request('0fffffff')],
        from: [at(1), at(400)],
        to: [at(2), at(400)],
        order: ['newest', 'oldest'],
      },
      '/v1/changes': { status: ['confirmed', 'dismissed', 'pending'], system: systems },
      // One value of each that is asked of every change that is looked at, the rarest; more of those that narrow.
      '/v1/change-rows': {
        system: systems,
        environment: ['none'],
        type: ['data'],
        verdict: ['withheld'],
        severity: ['low'],
        class: ['emergency'],
        origin: ['watchlist'],
        author: [admin.accountId, id('1')],
        stage: ['planned', 'running'],
        status: ['confirmed', 'dismissed', 'pending'],
        decision: ['act', 'not_act'],
        open: ['true', 'false'],
        emergency: ['true', 'false'],
        awaiting: ['me'],
        from: [at(1), at(400)],
        to: [at(2), at(400)],
        q: ['nothing like it'],
      },
      '/v1/changes/{id}/decisions': {},
      '/v1/decisions': {
        status: ['approved', 'rejected', 'proposed'],
        awaiting: ['me'],
        reviewBefore: ['2020-01-01'],
        system: systems,
      },
      '/v1/delegations': {},
      '/v1/records': {
        system: systems,
        decision: ['not_act', 'act'],
        verdict: ['withheld', 'none'],
        from: [at(400), at(0)],
        to: [at(400), at(0)],
        q: ['nothing like it'],
      },
      '/v1/systems': {},
      '/v1/system-rows': { q: ['system-7', 'nothing like it'] },
      '/v1/systems/{name}/history': {
        environment: ['production', 'none'],
        at: [],
        from: [at(1), at(400)],
        to: [at(0), at(400)],
      },
      '/v1/evaluations': { system: systems },
      // Of one assessment: its row, and those of its two evaluations, however many cases they hold. What it answers has a test of its own.
      '/v1/evaluations/{id}/assessments': {},
      '/v1/assessments/{id}/cases': { metric: [], change: [], slice: [] },
      '/v1/telemetry/clients': {},
      '/v1/telemetry/dropped': {},
      '/v1/telemetry/served-models': { system: systems },
      '/v1/telemetry/windows': {
        system: systems,
        environment: ['production', 'staging', 'none'],
        since: [at(1), at(4000)],
      },
      '/v1/api-keys': { expiring: ['true', 'false'] },
      '/v1/members': {
        kind: ['person', 'service'],
        q: ['person 19', 'nothing like it'],
        permission: ['system:read', 'decision:approve'],
      },
      '/v1/service-accounts': {},
      '/v1/invitations': {},
      '/v1/tenants': {},
    },
  }
}
