import { readdirSync, readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { guardRoutes, inTenant } from '../../src/access/index.ts'
import { createHttp } from '../../src/platform/http.ts'
import type { Http } from '../../src/platform/http-application.ts'
import { type Person, startTestServer, type TestServer, type TestTenant } from '../../testing/test-server.ts'

let server: TestServer
let alice: Person
let rival: TestTenant
let holed: Http

beforeAll(async () => {
  server = await startTestServer()
  alice = server.admin
  rival = await server.addTenant('rival')
  const bob = await server.addPerson(rival, 'admin')
  for (const [person, name] of [
    [alice, 'alices-system'],
    [bob, 'bobs-system'],
  ] as const) {
    await server.expectOk({ method: 'POST', path: '/v1/systems', token: person.token, body: { name } })
  }
  holed = await createHttp({ logger: pino({ level: 'silent' }) })
  guardRoutes(holed, { ...server.enrolment, cookieName: 'afterai_session', admit: async () => undefined })
  const read = inTenant(server.enrolment.db)
  // A hole such as one must never write: text of the request becomes SQL.
  holed.get(
    '/search',
    { config: { permission: 'system:read' }, schema: { querystring: z.object({ q: z.string() }) } },
    (request) =>
      read(request, async (tx) => {
        const found = await sql.raw(`select name::text from system where name = '${request.query.q}'`).execute(tx)
        return found.rows
      }),
  )
  await holed.ready()
})
afterAll(async () => {
  await holed.close()
  await server.stop()
})

async function inject(q: string): Promise<{ status: number; text: string }> {
  const query = new URLSearchParams({ q }).toString()
  const headers = { authorization: `Bearer ${alice.token}` }
  const { statusCode: status, body: text } = await holed.inject({ url: `/search?${query}`, headers })
  return { status, text }
}

describe('P4.1, ASVS 1.2.4: even SQL that an attacker wrote', () => {
  test.each([
    ['everything', `' or true --`],
    ['a union', `' union select name::text from system --`],
    [
      'a join that names the other tenant',
      `' union select s.name::text from system s join tenant t on t.id = s.tenant_id --`,
    ],
    ['slugs of tenants', `' union select slug::text from tenant --`],
    ['members’ addresses', `' union select email::text from membership --`],
    ['queued entries', `' union select convert_from(entry, 'LATIN1') from ledger_outbox --`],
    ['audit events', `' union select details::text from audit_event --`],
    ['statistics of columns', `' union select most_common_vals::text from pg_stats where schemaname = 'public' --`],
  ])('sees nothing of another tenant: %s', async (_what, q) => {
    const { status, text } = await inject(q)
    expect(status).toBe(200)
    expect(text).not.toMatch(/bobs-system|rival/)
    expect(text).not.toContain(rival.id)
  })

  test.each([
    ['accounts and their password hashes', `' union select password_hash from account --`],
    ['the set-up code', `' union select code_hash::text from setup_code --`],
    ['taking on the owner', `'; set local role afterai_owner; select '1`],
    ['becoming another login', `'; set session authorization postgres; select '1`],
    [
      'switching row level security off for itself',
      `'; set local row_security = off; select name::text from system where '1' = '1`,
    ],
    ['switching it off for the table', `'; alter table system disable row level security; select '1`],
    ['renaming systems', `'; update system set name = 'mine'; select '1`],
    ['deleting events', `'; delete from audit_event; select '1`],
    ['altering events', `'; update audit_event set action = 'x'; select '1`],
    ['altering the log', `'; update ledger_entry set entry = ''; select '1`],
    ['emptying the log', `'; truncate ledger_entry; select '1`],
    ['a record', `'; delete from record; select '1`],
    ['changing a role beyond its column', `'; update membership set account_id = account_id; select '1`],
    [
      'inserting for another tenant',
      `'; insert into system (tenant_id, id, name) values ('RIVAL', gen_random_uuid(), 'x'); select '1`,
    ],
    ['a table of its own', `'; create table mine (); select '1`],
    ['the server’s files', `'; copy system to '/tmp/x'; select '1`],
    ['a program', `'; copy system to program 'id'; select '1`],
  ])('is refused %s', async (_what, q) => {
    const before = await server.owner.query('select tenant_id, name from system order by name')
    expect(await inject(q.replace('RIVAL', rival.id))).toMatchObject({ status: 500 })
    expect((await server.owner.query('select tenant_id, name from system order by name')).rows).toEqual(before.rows)
  })

  test('is refused for what it does, not for its form: a harmless second statement runs', async () => {
    expect(await inject(`'; select '1`)).toMatchObject({ status: 200 })
  })

  test('shows nothing of the database’s message to the caller', async () => {
    const { text } = await inject(`' union select password_hash from account --`)
    expect(text).not.toMatch(/account|permission|select|system/)
  })

  test('leaves nothing behind for the next request on the same connection', async () => {
    await inject(`'; select set_config('app.tenant', '${rival.id}', true); select '1`)
    const { body } = await server.send<{ items: { name: string }[] }>({ path: '/v1/systems', token: alice.token })
    expect(body.items.map(({ name }) => name)).toEqual(['alices-system'])
  })
})

test('P4.1, ASVS 1.2.4: no text becomes SQL anywhere but in the migrations, since row level security can’t stop what sets another tenant', () => {
  const folder = new URL('../../src/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const raw = files.filter((name) =>
    /sql\.(raw|lit|id|ref|table)\(|\.query\(`/.test(readFileSync(new URL(name, folder), 'utf8')),
  )
  expect(raw.filter((name) => !name.includes('.test.'))).toEqual([
    // Names of tables and columns that the database itself gave, of a channel, of roles and functions: constants of ours.
    'backup/constraints.ts',
    'backup/put-back.ts',
    'ledger/waiting.ts',
    'live/listener.ts',
    'platform/migrations.ts',
    'standing/life.ts',
    'trail/resource-name.ts',
    'worklist/change-history.ts',
  ])
})

// Whole-table privileges, and those on columns, as `UPDATE table a,b`.
async function privileges(role: string): Promise<string[]> {
  const whole = await server.owner.query<{ it: string }>(
    `select privilege_type || ' ' || table_name as it from information_schema.table_privileges
     where grantee = $1 and table_schema = 'public'`,
    [role],
  )
  const columns = await server.owner.query<{ it: string }>(
    `select 'UPDATE ' || table_name || ' ' || string_agg(column_name, ',' order by column_name) as it
     from information_schema.column_privileges
     where grantee = $1 and table_schema = 'public' and privilege_type = 'UPDATE' group by table_name`,
    [role],
  )
  return [...whole.rows, ...columns.rows].map(({ it }) => it).toSorted()
}

interface Table {
  name: string
  secured: boolean
  policies: number
}

describe('P4.1: the roles of the database', () => {
  test('the server’s login is no superuser, can’t pass row level security and may do nothing by itself', async () => {
    const { rows } = await server.owner.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit from pg_roles where rolname = any($1)`,
      [['afterai_server', 'afterai_app', 'afterai_sequencer', 'afterai_owner']],
    )
    expect(rows).toHaveLength(4)
    for (const row of rows) {
      expect(row).toMatchObject({
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
      })
    }
    const login = await server.owner.query(`select rolinherit from pg_roles where rolname = 'afterai_server'`)
    expect(login.rows).toEqual([{ rolinherit: false }])
    const member = await server.owner.query(
      `select r.rolname as of from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles l on l.oid = m.member
       where l.rolname = 'afterai_server' order by 1`,
    )
    expect(member.rows).toEqual([{ of: 'afterai_app' }, { of: 'afterai_sequencer' }])
    expect(await privileges('afterai_server')).toEqual([])
  })

  test('every table has row level security, and a policy where anybody may reach it', async () => {
    const { rows } = await server.owner.query<Table>(
      `select c.relname as name, c.relrowsecurity as secured,
        (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies
       from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`,
    )
    expect(rows.length).toBeGreaterThan(25)
    const granted = new Set(
      [...(await privileges('afterai_app')), ...(await privileges('afterai_sequencer'))].map((it) => it.split(' ')[1]),
    )
    const open = rows.filter(({ name, secured, policies }) =>
      granted.has(name) ? !secured || policies === 0 : !secured && !name.startsWith('kysely_'),
    )
    expect(open).toEqual([])
  })

  test('the application may alter only what has states, and delete only memberships, audit streams, identity providers, sign-ins under way, receipts, kept views, names that telemetry counts under, what is remembered of spans and a person’s own credentials', async () => {
    const altering = (await privileges('afterai_app')).filter((it) => !/^(SELECT|INSERT)/.test(it))
    expect(altering).toEqual([
      'DELETE audit_stream',
      'DELETE identity_provider',
      'DELETE membership',
      'DELETE oidc_transaction',
      'DELETE passkey',
      'DELETE recovery_code',
      'DELETE saved_view',
      'DELETE telemetry_dimension',
      'DELETE telemetry_receipt',
      'DELETE telemetry_series',
      'DELETE telemetry_span_group',
      'DELETE totp',
      'UPDATE api_key expires_at,last_used_address,last_used_at,name,replaced_by,revoked_at,scopes',
      'UPDATE audit_stream delivered,failures,last_delivered_at,last_error,last_error_at,lease_holder,lease_until,next_index,paused_at,retry_at',
      'UPDATE change change_class,change_fingerprint,change_types,delta,ended_at,fingerprint_before,implemented_at,implemented_by,implemented_revision,merged_at,merged_into,merged_run,observations,risk,settled_by,settled_by_email,settled_by_name,status,status_reason,title,undone_by,updated_at',
      'UPDATE decision settled_at,status',
      'UPDATE delegation ended_at,ended_by,ended_by_name',
      'UPDATE envelope approved_at,approved_by,approved_by_name,revoked_at,revoked_by',
      'UPDATE environment changed_at,fingerprint,first_seen_at,last_seen_at',
      'UPDATE federated_identity signed_in_at',
      'UPDATE idempotency body,status',
      'UPDATE identity_provider allowed_domains,client_id,client_secret,creates_members,default_role,enforced,groups_claim,name,role_mapping,scopes,updated_at',
      'UPDATE invitation accepted_at,code_hash,expires_at,revoked_at',
      'UPDATE mail failed_at,last_error,next_attempt_at,sent_at',
      'UPDATE member_preference preferences',
      'UPDATE membership break_glass,disabled_at,name,role,role_provider_id',
      'UPDATE passkey last_used_at,name,sign_count,synced',
      'UPDATE recovery_code used_at',
      'UPDATE route_profile latest,volatile_facets',
      'UPDATE run change_id,started_at',
      'UPDATE saved_view columns,density,name,query,shared',
      'UPDATE served_identity alone_hours,alone_since,apart_hours,apart_since,change_id,last_seen_at,return_change_id,returned_at',
      'UPDATE served_model first_seen_at',
      'UPDATE session previous_refresh_hash,refresh_hash,revoked_at,tenant_id,used_at',
      'UPDATE system production_assumed_at',
      'UPDATE telemetry_client batches,dropped,events,last_seen_at,last_sequence',
      'UPDATE telemetry_dropped count,last_seen_at',
      'UPDATE telemetry_receipt rejected',
      'UPDATE telemetry_series n,sum,told_at',
      'UPDATE telemetry_window aggregate,packed,price_version,updated_at',
      'UPDATE told_change mail_due,standing,told_at',
      'UPDATE told_standing mail_due,run_id,standing,told_at',
      'UPDATE totp confirmed_at,failed_at,failures,last_step',
    ])
    const sequencing = (await privileges('afterai_sequencer')).filter((it) => !it.startsWith('SELECT'))
    expect(sequencing).toEqual([
      'DELETE ledger_outbox',
      'INSERT ledger_checkpoint',
      'INSERT ledger_entry',
      'INSERT ledger_refused',
      'INSERT ledger_tile',
    ])
  })

  test('P4.5: not even the superuser alters the log by accident: its triggers refuse', async () => {
    for (const table of ['ledger_log', 'ledger_entry', 'ledger_checkpoint']) {
      await expect(server.owner.query(`update ${table} set tenant_id = tenant_id`)).rejects.toThrow('append-only')
      await expect(server.owner.query(`delete from ${table}`)).rejects.toThrow('append-only')
      await expect(server.owner.query(`truncate ${table} cascade`)).rejects.toThrow('append-only')
    }
  })
})
