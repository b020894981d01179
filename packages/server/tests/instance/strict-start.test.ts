import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  answers,
  type DebianPostgres,
  launchServer,
  type ServerProcess,
  startDebianPostgres,
  startServerProcess,
} from '@afterai/testing'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Authority, createAuthority } from '../../testing/certificates.ts'

const password = 'heron-quartz-91-lantern'
const directory = mkdtempSync(join(tmpdir(), 'afterai-strict-'))
const keyDir = join(directory, 'keys')
const dataDir = join(directory, 'data')
const main = fileURLToPath(new URL('../../src/instance/main.ts', import.meta.url))
const started: ServerProcess[] = []
let postgres: DebianPostgres
let authority: Authority
let other: Authority

beforeAll(async () => {
  authority = createAuthority(directory, 'own')
  other = createAuthority(directory, 'other')
  postgres = await startDebianPostgres({ tls: authority.issue('good', 'localhost') })
  execFileSync(process.execPath, [main, 'keys-init'], { env: { AFTERAI_KEY_DIR: keyDir } })
  const server = await startServerProcess({ env: { ...production(), AFTERAI_DATABASE_OWNER_URL: url('postgres') } })
  server.signal('SIGTERM')
  await server.ending
})
afterAll(async () => {
  for (const server of started) server.signalAll('SIGKILL')
  await postgres.stop()
  rmSync(directory, { recursive: true })
})

interface UrlParts {
  readonly host?: string
  readonly ca?: string
  readonly secret?: string
}

function url(user: string, { host = 'localhost', ca = authority.file, secret }: UrlParts = {}): string {
  const own = user === 'postgres' ? postgres.admin.password : password
  return `postgresql://${user}:${secret ?? own}@${host}:${postgres.port}/postgres?sslmode=verify-full&sslrootcert=${ca}`
}

/** An environment in which the server starts. */
function production(): Record<string, string> {
  return {
    AFTERAI_MODE: 'production',
    AFTERAI_PUBLIC_URL: 'https://afterai.example.com',
    AFTERAI_TRUSTED_PROXIES: '127.0.0.1',
    AFTERAI_DATABASE_URL: url('afterai_server'),
    AFTERAI_KEY_DIR: keyDir,
    AFTERAI_DATA_DIR: dataDir,
  }
}

async function asSuperuser(...statements: string[]): Promise<void> {
  const client = new Client(postgres.admin)
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Returns the output of a server that refuses to start. Checks that it ends in time with exit code 78 and never listened. */
async function refusal(env: NodeJS.ProcessEnv): Promise<string> {
  const server = await launchServer({ env: { ...production(), ...env } })
  started.push(server)
  // The promise is five seconds on a machine of its own; whatever takes longer than this hangs.
  const tooLong = setTimeout(() => server.signalAll('SIGKILL'), 20_000)
  expect(await server.ending, server.output()).toEqual({ code: 78, signal: null })
  clearTimeout(tooLong)
  expect(await answers(server.origin)).toBe(false)
  expect(server.output()).not.toContain(password)
  return server.output()
}

/** A change behind the server's back that must keep it from starting, and its undoing. */
type Arranged = readonly [arrange: string, undo: string]

describe('P5.2: a production server does not start', () => {
  test.each<[what: string, env: () => NodeJS.ProcessEnv, said: RegExp]>([
    [
      'over plain http',
      () => ({ AFTERAI_PUBLIC_URL: 'http://afterai.example.com' }),
      /AFTERAI_PUBLIC_URL\n.*plain http/,
    ],
    [
      'on an address of a network, with no proxy named that ends TLS',
      () => ({ AFTERAI_LISTEN: '0.0.0.0:4680', AFTERAI_TRUSTED_PROXIES: undefined }),
      /AFTERAI_TRUSTED_PROXIES\n.*no TLS of its own[^]*proxies that end TLS/,
    ],
    [
      'on this machine, with no proxy named that ends TLS',
      () => ({ AFTERAI_TRUSTED_PROXIES: undefined }),
      /AFTERAI_TRUSTED_PROXIES\n.*no TLS of its own[^]*proxies that end TLS/,
    ],
    ['as a superuser', () => ({ AFTERAI_DATABASE_URL: url('postgres') }), /postgres is a superuser/],
    ['trusting every proxy', () => ({ AFTERAI_TRUSTED_PROXIES: '0.0.0.0/0' }), /AFTERAI_TRUSTED_PROXIES/],
    [
      'with a short password',
      () => ({ AFTERAI_DATABASE_URL: url('afterai_server', { secret: 'short-1-aB' }) }),
      /shorter than 12/,
    ],
    [
      'with a password of one character',
      () => ({ AFTERAI_DATABASE_URL: url('afterai_server', { secret: 'ababababababab' }) }),
      /repeats/,
    ],
    [
      'with a password of common words',
      () => ({ AFTERAI_DATABASE_URL: url('afterai_server', { secret: 'postgres-password1' }) }),
      /everybody tries/,
    ],
    [
      'over a network without TLS',
      () => ({ AFTERAI_DATABASE_URL: `postgresql://afterai_server:${password}@10.0.0.9/afterai` }),
      /without proof/,
    ],
    [
      'over a network with unverified TLS',
      () => ({ AFTERAI_DATABASE_URL: `postgresql://afterai_server:${password}@10.0.0.9/afterai?sslmode=require` }),
      /without proof/,
    ],
    [
      'with a certificate for another host',
      () => ({ AFTERAI_DATABASE_URL: url('afterai_server', { host: '127.0.0.1' }) }),
      /does not match certificate|altnames/,
    ],
    [
      'with a certificate of another authority',
      () => ({ AFTERAI_DATABASE_URL: url('afterai_server', { ca: other.file }) }),
      /unable to verify|self.signed|certificate/,
    ],
    [
      'without keys',
      () => ({ AFTERAI_KEY_DIR: join(directory, 'none') }),
      /AFTERAI_KEY_DIR\n.*there are none[^]*afterai keys init/,
    ],
    [
      'with a secret given twice',
      () => ({ AFTERAI_DATABASE_URL_FILE: '/nowhere' }),
      /AFTERAI_DATABASE_URL\n.*so is AFTERAI_DATABASE_URL_FILE/,
    ],
    [
      'with a wrong owner of the schema',
      () => ({ AFTERAI_DATABASE_OWNER_URL: url('afterai_admin', { secret: 'violet-harbour-41' }) }),
      /AFTERAI_DATABASE_OWNER_URL\n.*password/,
    ],
  ])('P5.2: %s', async (_what, env, said) => {
    expect(await refusal(env())).toMatch(said)
  })

  test.each<[what: string, arranged: Arranged, said: RegExp]>([
    [
      'that may UPDATE the log',
      ['grant update on ledger_entry to afterai_app', 'revoke update on ledger_entry from afterai_app'],
      /may UPDATE of ledger_entry/,
    ],
    [
      'that may UPDATE one column of it',
      [
        'grant update (details) on audit_event to afterai_server',
        'revoke update (details) on audit_event from afterai_server',
      ],
      /may UPDATE of audit_event/,
    ],
    [
      'that may DELETE records',
      ['grant delete on record to afterai_app', 'revoke delete on record from afterai_app'],
      /may DELETE of record/,
    ],
    [
      'that may TRUNCATE checkpoints, as everybody may',
      ['grant truncate on ledger_checkpoint to public', 'revoke truncate on ledger_checkpoint from public'],
      /may TRUNCATE of ledger_checkpoint/,
    ],
    [
      'that bypasses row level security',
      ['alter role afterai_server bypassrls', 'alter role afterai_server nobypassrls'],
      /bypasses row level security/,
    ],
    [
      'that may become somebody who does',
      ['create role past bypassrls; grant past to afterai_server', 'drop role past'],
      /may become past/,
    ],
    [
      'that may become the owner of the tables',
      ['grant afterai_owner to afterai_server', 'revoke afterai_owner from afterai_server'],
      /owns tables/,
    ],
    [
      'that lacks a migration',
      [
        `delete from kysely_migration where name like '0021%'`,
        `insert into kysely_migration values ('0021_schema_requirement', '2026-01-01')`,
      ],
      /1 migrations behind/,
    ],
    [
      'on a schema that needs a newer release',
      [
        `update schema_requirement set oldest_release = '99.0.0'`,
        `update schema_requirement set oldest_release = '0.1.0'`,
      ],
      /needs AfterAI 99\.0\.0/,
    ],
    [
      'with a clock behind the newest checkpoint',
      [
        `set session_replication_role = replica;
         insert into ledger_checkpoint (tenant_id, size, root, note, created_at)
           values (gen_random_uuid(), 1, sha256('x'), 'x', now() + interval '5 minutes')`,
        `alter table ledger_checkpoint disable trigger append_only;
         delete from ledger_checkpoint where note = 'x';
         alter table ledger_checkpoint enable always trigger append_only`,
      ],
      /newest checkpoint: signed at/,
    ],
  ])('P5.2: with a database role %s', async (_what, [arrange, undo], said) => {
    await asSuperuser(arrange)
    const output = await refusal({})
    await asSuperuser(undo)
    expect(output).toMatch(said)
  })

  test('P5.2: with a certificate that has expired', async () => {
    postgres.presentCertificate(authority.issue('expired', 'localhost', true))
    await asSuperuser('select pg_reload_conf()')
    const output = await refusal({})
    postgres.presentCertificate(authority.issue('again', 'localhost'))
    await asSuperuser('select pg_reload_conf()')
    expect(output).toMatch(/expired/)
  })

  test.each(keyFiles())('P5.2: with a key file that others may read: %s', async (name) => {
    const path = join(keyDir, name)
    chmodSync(path, 0o640)
    const output = await refusal({})
    chmodSync(path, 0o600)
    expect(output).toContain(`chmod go-rwx ${path}`)
  })

  test('P5.2: with a key file or a key directory of another account', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'gives a directory to another account, which only root may do; CI runs as root')
    chownSync(keyDir, 65_534, 65_534)
    const output = await refusal({})
    chownSync(keyDir, 0, 0)
    expect(output).toContain(`another account owns ${keyDir}`)
  })

  test('P5.2: with a data directory in which other accounts may write', async () => {
    mkdirSync(dataDir, { recursive: true })
    chmodSync(dataDir, 0o777)
    const output = await refusal({})
    chmodSync(dataDir, 0o700)
    expect(output).toMatch(/AFTERAI_DATA_DIR\n.*other accounts may write/)
  })

  test('P5.2: with several of these, and names them all at once', async () => {
    chmodSync(join(keyDir, 'master.key'), 0o644)
    await asSuperuser('grant delete on audit_event to afterai_app', 'alter role afterai_server bypassrls')
    const output = await refusal({})
    await asSuperuser('revoke delete on audit_event from afterai_app', 'alter role afterai_server nobypassrls')
    chmodSync(join(keyDir, 'master.key'), 0o600)
    expect(output).toMatch(/4 things are wrong/)
    for (const part of [
      'bypasses row level security',
      'DELETE of audit_event',
      'grant delete on audit_event',
      'master.key',
    ])
      expect(output).toContain(part)
  })

  test('P5.2: but makes nothing while it refuses', () => {
    expect(existsSync(join(directory, 'none'))).toBe(false)
  })
})

test('P5.2, ASVS 12.2.1: a production server that runs answers nobody whom its proxy doesn’t say came by https', async () => {
  const server = await startServerProcess({ env: production() })
  started.push(server)
  const status = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${server.origin}${path}`, { headers })).status
  const [plain, forwarded] = [{ 'x-forwarded-proto': 'http' }, { 'x-forwarded-proto': 'https' }]
  expect(await Promise.all([status('/v1/me'), status('/v1/me', plain), status('/v1/me', forwarded)])).toEqual([
    421, 421, 401,
  ])
  expect(await Promise.all([status('/livez'), status('/readyz', plain)])).toEqual([200, 200])
  server.signal('SIGTERM')
  await server.ending
})

function keyFiles(): string[] {
  return ['record-signing.pem', 'log-signing.pem', 'session-signing.pem', 'credential-hash.key', 'master.key']
}

test('the keys that were made are all that the tests above look at', () => {
  expect(readdirSync(keyDir).toSorted()).toEqual(keyFiles().toSorted())
})

describe('afterai doctor', { timeout: 180_000 }, () => {
  const doctor = (env: NodeJS.ProcessEnv, ...options: string[]): string => {
    try {
      return execFileSync(process.execPath, [main, 'doctor', ...options], {
        env: { ...production(), AFTERAI_LISTEN: '127.0.0.1:0', ...env },
        encoding: 'utf8',
      })
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  }

  test('P5.2: prints the commands that mend what is wrong; run as they stand, they mend it', async () => {
    chmodSync(join(keyDir, 'master.key'), 0o644)
    await asSuperuser('grant delete on audit_event to afterai_app')
    const report = doctor({}, '--fix-hints')
    const commands = report.match(/(?<=^ +\$ ).+$/gm) ?? []
    expect(commands).toEqual(expect.arrayContaining([`chmod go-rwx ${join(keyDir, 'master.key')}`]))
    const rights = commands.find((command) => command.startsWith('psql')) ?? ''
    const [, statement = ''] = /--command '(.+)'$/.exec(rights) ?? []
    await asSuperuser(statement)
    execFileSync('sh', ['-c', commands.filter((command) => command.startsWith('chmod')).join('\n')])
    expect(doctor({})).toContain('Nothing keeps AfterAI from running.')
    expect(doctor({})).not.toContain(' $ ')
  })

  test('P5.2: says which setting names what ends TLS, when the server would listen in clear', () => {
    for (const listen of ['0.0.0.0:0', '127.0.0.1:0']) {
      const report = doctor({ AFTERAI_LISTEN: listen, AFTERAI_TRUSTED_PROXIES: undefined }, '--fix-hints')
      expect(report).toMatch(/fail +AFTERAI_TRUSTED_PROXIES +It is missing/)
      expect(report).toMatch(/^ +\$ export AFTERAI_TRUSTED_PROXIES=/m)
    }
    expect(doctor({ AFTERAI_LISTEN: '0.0.0.0:0', AFTERAI_TRUSTED_PROXIES: '10.0.0.7' })).not.toContain(
      'TRUSTED_PROXIES',
    )
  })

  test('P5.1: gives the commands in JSON too, and a setting for each variable that is wrong', () => {
    const report = JSON.parse(doctor({ AFTERAI_RATE_READS: '0' }, '--json')) as { name: string; commands?: string[] }[]
    expect(report.find(({ name }) => name === 'AFTERAI_RATE_READS')?.commands).toEqual([
      'export AFTERAI_RATE_READS=600',
    ])
  })

  test('P5.2: says the same as a refused start, of the same', async () => {
    writeFileSync(join(keyDir, 'stray'), '', { mode: 0o666 })
    chmodSync(join(keyDir, 'stray'), 0o666)
    const output = await refusal({})
    const report = doctor({})
    rmSync(join(keyDir, 'stray'))
    const problem = /others have rights on .+/.exec(report)?.[0] ?? 'nothing was found'
    expect(output).toContain(problem)
  })
})
