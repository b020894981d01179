import { createTestDatabase, startDebianPostgres, type TestDatabase } from '@afterai/testing'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Client, Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection } from '../../../platform/database.ts'
import { checkDatabase } from '../doctor-database.ts'
import { migrate } from '../../../platform/migrations.ts'
import { compareCatalogue, type Difference, namesIn } from './compare-catalogue.ts'
import made from './made-by-migrations.json' with { type: 'json' }
import { describeDifference, mendDifference } from './mend-catalogue.ts'
import { type Catalogue, readCatalogue } from './read-catalogue.ts'

const expected: Catalogue = made
const objects = Object.keys(expected)
const { relations } = namesIn(expected)
const tables = relations.filter((name) => expected[`relation ${name}`]?.endsWith('row level security on') === true)

let database: TestDatabase
let owner: Client
beforeAll(async () => {
  database = await createTestDatabase()
  owner = new Client(database.owner)
  await owner.connect()
})
afterAll(async () => {
  await owner.end()
  await database.drop()
})

async function differences(connection: object = database.login): Promise<Difference[]> {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new Pool({ ...connection, max: 1 }) }) })
  try {
    return compareCatalogue(expected, await readCatalogue(db, namesIn(expected)))
  } finally {
    await db.destroy()
  }
}

async function attack(...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await owner.query(statement)
}

/** Runs what the doctor tells to run, as the owner. */
async function mend(found: readonly Difference[]): Promise<void> {
  await attack(...found.flatMap((it) => mendDifference(it, database.login.user)))
}

function partsOf(kind: string): { object: string; table: string; name: string }[] {
  return objects.flatMap((object) => {
    const [, table = '', name = ''] = new RegExp(`^${kind} (\\w+)\\.(.*)$`).exec(object) ?? []
    return table === '' ? [] : [{ object, table, name: `"${name}"` }]
  })
}

async function objectCheck(connection: Connection = database.login) {
  const checks = await checkDatabase(connection, () => new Date())
  return checks.find(({ name }) => name === 'database objects')
}

describe('what the migrations make', () => {
  it('P5.2: is found as they make it, in the embedded PostgreSQL and in Debian’s, whatever the login is called', async () => {
    expect(await differences()).toEqual([])
    const debian = await startDebianPostgres()
    try {
      const login = { name: 'another_login', password: 'heron-quartz-91-lantern' }
      await migrate(debian.admin, login)
      const connection = { ...debian.admin, user: login.name, password: login.password }
      expect(await differences(connection)).toEqual([])
      await migrate(debian.admin, { ...login, name: 'Second Login' })
      expect(await differences(connection)).toEqual([])
      expect(await objectCheck(connection)).toMatchObject({ state: 'ok' })
    } finally {
      await debian.stop()
    }
  })

  it('is not blamed for what others put beside it', async () => {
    await attack(
      'create schema reporting',
      'create table public.of_another (id int primary key)',
      'create view of_another_view as select 1 as one',
      'create function of_another() returns int language sql as $$ select 1 $$',
      'create index of_another_index on audit_event (occurred_at)',
      'create extension if not exists plpgsql',
    )
    expect(await differences()).toEqual([])
    await attack(
      'grant select on change to pg_monitor',
      'create unique index beside on audit_event (tenant_id, id, action)',
    )
    const found = await differences()
    expect(found.map(({ object, state }) => `${state} ${object}`)).toEqual([
      'warn grant select on change to pg_monitor',
      'warn index beside',
    ])
    expect(await objectCheck()).toMatchObject({ state: 'warn' })
    await mend(found)
  })
})

/** An attack on every object of a kind at once, and what must be named. */
type Attack = readonly [what: string, attack: () => string[], named: () => string[]]

const objectsOf = (kind: string): string[] => objects.filter((object) => object.startsWith(`${kind} `))

describe('P4.5, P5.2: what a superuser changes is named, and the statements that are told mend it', () => {
  const attacks: readonly Attack[] = [
    [
      'row level security that is off',
      () => tables.map((it) => `alter table ${it} disable row level security`),
      () => tables.map((it) => `relation ${it}`),
    ],
    [
      'row level security that is forced on the owner, whose functions stop to work',
      () => ['alter table account force row level security'],
      () => ['relation account'],
    ],
    ['tables of another owner', () => ['alter table ledger_entry owner to postgres'], () => ['relation ledger_entry']],
    [
      'a table that a crash would empty',
      () => ['alter table ledger_refused set unlogged'],
      () => ['relation ledger_refused', 'relation ledger_refused_id_seq'],
    ],
    [
      'rows of another table that show as its own',
      () => ['create table forged () inherits (ledger_checkpoint)'],
      () => ['relation ledger_checkpoint'],
    ],
    [
      'triggers that are disabled',
      () => partsOf('trigger').map(({ table, name }) => `alter table ${table} disable trigger ${name}`),
      () => objectsOf('trigger'),
    ],
    [
      'triggers that don’t hold against who replays as a replica',
      () =>
        partsOf('trigger')
          .filter(({ object }) => expected[object]?.endsWith('always') === true)
          .map(({ table, name }) => `alter table ${table} enable trigger ${name}`),
      () => objectsOf('trigger').filter((object) => expected[object]?.endsWith('always') === true),
    ],
    [
      'triggers that are gone',
      () => partsOf('trigger').map(({ table, name }) => `drop trigger ${name} on ${table}`),
      () => objectsOf('trigger'),
    ],
    [
      'a trigger too many',
      () => ['create trigger aside before insert on ledger_outbox for each row execute function refuse_change()'],
      () => ['trigger ledger_outbox.aside'],
    ],
    [
      'a rule',
      () => ['create rule aside as on insert to ledger_refused do instead nothing'],
      () => ['rule ledger_refused.aside'],
    ],
    [
      'policies that are gone',
      () => partsOf('policy').map(({ table, name }) => `drop policy ${name} on ${table}`),
      () => objectsOf('policy'),
    ],
    [
      'a policy that shows everything, and one too many',
      () => ['alter policy own on system using (true)', 'create policy all_of_it on change using (true)'],
      () => ['policy change.all_of_it', 'policy system.own'],
    ],
    [
      'rights that are gone',
      () =>
        objectsOf('grant').map((object) => {
          const [, right = '', role = ''] = /^grant (.*) to (.*)$/.exec(object) ?? []
          return `revoke ${right} from ${role === '<login>' ? database.login.user : role}`
        }),
      () => objectsOf('grant'),
    ],
    [
      'rights too many',
      () => [
        'grant update on ledger_entry to afterai_app',
        'grant update (entry) on ledger_outbox to afterai_sequencer',
        'grant select on account to public',
        'grant insert on ledger_checkpoint to afterai_app with grant option',
        `grant delete on change to ${database.login.user}`,
        'grant execute on function bind_instance(text) to public',
      ],
      () => [
        'grant delete on change to <login>',
        'grant execute on function bind_instance(fingerprint text) to public',
        'grant insert on ledger_checkpoint to afterai_app',
        'grant select on account to public',
        'grant update (entry) on ledger_outbox to afterai_sequencer',
        'grant update on ledger_entry to afterai_app',
      ],
    ],
    [
      'foreign keys that nobody holds to',
      () => [
        'alter table ledger_entry disable trigger all',
        'alter table ledger_entry enable always trigger append_only',
        'alter table ledger_entry enable always trigger no_truncate',
      ],
      () => ['constraint ledger_entry.ledger_entry_tenant_id_fkey'],
    ],
    [
      'the hash of a leaf that nobody checks',
      () => [
        'alter table ledger_entry drop constraint ledger_entry_check',
        'alter table ledger_entry add constraint ledger_entry_check check (leaf_hash = sha256(entry)) not valid',
      ],
      () => ['constraint ledger_entry.ledger_entry_check'],
    ],
    [
      'constraints that are gone',
      () =>
        partsOf('constraint')
          .filter(({ object }) => expected[object]?.startsWith('CHECK') === true)
          .map(({ table, name }) => `alter table ${table} drop constraint ${name}`),
      () => objectsOf('constraint').filter((object) => expected[object]?.startsWith('CHECK') === true),
    ],
    ['unique indices that are gone', () => objectsOf('index').map((it) => `drop ${it}`), () => objectsOf('index')],
    [
      'a function that runs as the owner, too many',
      () => [
        'create function backdoor() returns bigint language sql security definer as $$ select count(*) from account $$',
        'alter function backdoor() owner to afterai_owner',
      ],
      () => ['function backdoor()'],
    ],
  ]
  it.each(attacks)('%s', async (_, statements, named) => {
    await attack(...statements())
    const found = await differences()
    expect(found.map(({ object }) => object)).toEqual(named().toSorted())
    expect(found.every(({ state }) => state === 'fail')).toBe(true)
    expect(await objectCheck()).toMatchObject({ state: 'fail', fix: expect.stringContaining('doctor --fix-hints') })
    await mend(found)
    expect(await differences()).toEqual([])
  })

  const byHand: readonly (readonly [...attack: Attack, undo: () => string[]])[] = [
    [
      'functions of another body',
      () => ["update pg_proc set prosrc = prosrc || ' ' where proowner = 'afterai_owner'::regrole"],
      () => objectsOf('function'),
      () => ["update pg_proc set prosrc = left(prosrc, -1) where proowner = 'afterai_owner'::regrole"],
    ],
    [
      'functions that run as whoever calls them, or along another path',
      () => [
        'alter function bound_instance() security invoker',
        'alter function bind_instance(text) set search_path = pg_temp, public',
      ],
      () => ['function bind_instance(fingerprint text)', 'function bound_instance()'],
      () => [
        'alter function bound_instance() security definer',
        'alter function bind_instance(text) set search_path = public, pg_temp',
      ],
    ],
    [
      'a function of another owner',
      () => ['alter function bound_instance() owner to postgres'],
      () => ['function bound_instance()'],
      () => ['alter function bound_instance() owner to afterai_owner'],
    ],
    [
      'columns of another kind',
      () => [
        'alter table ledger_outbox alter column entry drop not null',
        'alter table ledger_refused alter column refused_at set default null',
      ],
      () => ['column ledger_outbox.entry', 'column ledger_refused.refused_at'],
      () => [
        'alter table ledger_outbox alter column entry set not null',
        'alter table ledger_refused alter column refused_at set default now()',
      ],
    ],
    [
      'a table that another of its name stands before',
      () => [
        'create schema aside',
        'create table aside.ledger_checkpoint as table public.ledger_checkpoint',
        'grant usage on schema aside to public',
        `alter database ${database.name} set search_path to aside, public`,
      ],
      () => ['relation ledger_checkpoint'],
      () => ['drop schema aside cascade', `alter database ${database.name} reset search_path`],
    ],
  ]
  it.each(byHand)('%s: named, with the step that makes it again', async (_, statements, named, undo) => {
    await attack(...statements())
    const found = await differences()
    const beside = found.filter(({ object }) => object.startsWith('grant'))
    expect(found.filter((it) => !beside.includes(it)).map(({ object }) => object)).toEqual(named().toSorted())
    expect(await objectCheck()).toMatchObject({
      state: 'fail',
      fix: expect.stringMatching(/again as migrations\/\d{4}_\w+\.sql does|Reset the search_path/),
    })
    await attack(...undo())
    await mend(await differences())
    expect(await differences()).toEqual([])
  })
})

it('tells what was switched off of a schema that a newer release has migrated, and leaves to it what it changed', async () => {
  await attack(
    `insert into kysely_migration (name, timestamp) values ('9999_future', '2030-01-01')`,
    'alter policy own on system using (tenant_id = current_tenant() and true)',
    'grant update on audit_stream to afterai_sequencer',
  )
  expect(await objectCheck()).toMatchObject({ state: 'warn' })
  await attack('alter table ledger_entry disable trigger append_only')
  expect(await objectCheck()).toMatchObject({
    state: 'fail',
    found: expect.stringContaining('trigger ledger_entry.append_only: disabled'),
  })
  await attack(`delete from kysely_migration where name = '9999_future'`)
  await mend(await differences())
})

it('shows names that others chose without what would write into a terminal', async () => {
  await attack('create trigger "\u001b[2Jok" before insert on change for each row execute function refuse_change()')
  const [difference] = await differences()
  expect(difference && describeDifference(difference)).toBe("trigger change.�[2Jok is none of AfterAI's")
  await mend(await differences())
})

it('reads the same, whatever path of schemas the login was given', async () => {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new Pool({ ...database.login, max: 1 }) }) })
  await sql`set search_path to public, pg_temp`.execute(db)
  expect(compareCatalogue(expected, await readCatalogue(db, namesIn(expected)))).toEqual([])
  await db.destroy()
})
