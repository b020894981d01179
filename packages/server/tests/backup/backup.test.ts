import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchServer, processesGone, startDebianPostgres, startServerProcess } from '@afterai/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readKeyFiles, takeBackup } from '../../src/backup/index.ts'
import { fingerprintOf, loadInstanceKeys } from '../../src/keys/index.ts'
import { openLoneConnection } from '../../src/platform/database.ts'
import { startEmbeddedPostgres } from '@afterai/embedded-postgres'
import { knownMigrations, migrate } from '../../src/platform/migrations.ts'
import { launchProgram, newExternalDatabase, passphrase, runProgram } from '../../testing/backup-run.ts'
import { createCrashClient, type Operation } from '../../testing/crash-client.ts'
import { faultsOfLogs, nextOperation, printedCode, seededRandom, systems } from '../../testing/crash-run.ts'
import { type DatabaseAddress, embeddedDatabase, queryBehind } from '../../testing/database-behind.ts'
import { formsOf } from '../../testing/database-sweep.ts'

const administrator = { email: 'first@acme.example', name: 'First', password: 'violet-harbour-41-lantern' }

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterai-backup-'))
  chmodSync(directory, 0o711)
})

afterEach(async () => {
  if (!(await processesGone(directory))) throw new Error('a process was left behind')
  rmSync(directory, { recursive: true, force: true })
})

function settings(name: string): Record<string, string> {
  return { AFTERAI_DATA_DIR: join(directory, name), HOME: directory }
}

/** Starts an instance, has its first administrator set it up, and stops it. */
async function makeInstance(name: string, fill?: (database: DatabaseAddress) => Promise<unknown>): Promise<void> {
  const command = [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'] as const
  const server = await startServerProcess({ env: settings(name), command })
  const body = { code: await printedCode(server), ...administrator }
  const answer = await fetch(`${server.origin}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
  await fill?.(await embeddedDatabase(join(directory, name)))
  server.signal('SIGTERM')
  await server.ending
}

/** Rows that make a backup and a restore take a while: about 20 MB. */
const manyRows = `insert into observation (tenant_id, id, system_id, environment, fingerprint, outcome, origin, observed_at)
  select t.id, gen_random_uuid(), gen_random_uuid(), 'production', repeat('f', 64), 'unchanged', 'sdk', now()
  from tenant t, generate_series(1, 100000)`

function digestsOf(address: DatabaseAddress): Promise<object[]> {
  return queryBehind(
    address,
    `select (select md5(string_agg(c::text, '|' order by id)) from change c) as changes,
      (select md5(string_agg(o::text, '|' order by id)) from observation o) as observations,
      (select md5(string_agg(a::text, '|' order by id)) from account a) as accounts,
      (select md5(string_agg(s::text, '|' order by record_id, name)) from record_section s) as sections`,
  )
}

async function idsIn(address: DatabaseAddress): Promise<Set<string>> {
  const rows = await queryBehind<{ id: string }>(
    address,
    `select title as id from change union select id::text from observation
     union select c.title || ' sealed' from record r join change c on (c.tenant_id, c.id) = (r.tenant_id, r.change_id)`,
  )
  return new Set(rows.map(({ id }) => id))
}

const markOf = ({ id, kind }: Operation): string => (kind === 'record' ? `${id} sealed` : id)

test('P5.5: everything acknowledged before a backup under load is in it, restored on another PostgreSQL and back', async () => {
  const debian = await startDebianPostgres()
  try {
    const source = join(directory, 'source')
    const server = await startServerProcess({ env: settings('source') })
    const client = createCrashClient(server.origin)
    await client.setUp(await printedCode(server), systems)
    const acknowledged: Operation[] = []
    const random = seededRandom(20_261_124)
    const over = new AbortController()
    const write = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const operation = nextOperation(random)
        if ((await client.write(operation)) === undefined) acknowledged.push(operation)
      }
    }
    const load = Promise.all(Array.from({ length: 4 }, write))
    await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(60)
    const before = [...acknowledged]
    const file = join(directory, 'under-load.backup')
    expect(await runProgram(['backup', '--to', file], settings('source'))).toMatchObject({ code: 0 })
    over.abort()
    await load
    expect(acknowledged.length).toBeGreaterThan(before.length)
    server.signal('SIGTERM')
    await server.ending
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const external = await newExternalDatabase(debian, 'restored')
    const target = { ...settings('external'), ...external.env }
    const restored = await runProgram(['restore', '--from', file], target)
    expect(restored).toMatchObject({ code: 0, output: expect.stringContaining('THIS INSTANCE IS NOW AS IT WAS THEN') })
    const there = await idsIn(await external.database())
    expect(before.map(markOf).filter((id) => !there.has(id))).toEqual([])
    expect(await queryBehind(await external.database(), 'select from session')).toEqual([])
    await checkTrail(await external.database())
    const second = await startServerProcess({ env: target })
    expect(await faultsOfLogs({ dataDir: join(directory, 'external'), database: external.database })).toEqual([])
    second.signal('SIGTERM')
    await second.ending

    const again = join(directory, 'again.backup')
    expect(await runProgram(['backup', '--to', again], target)).toMatchObject({ code: 0 })
    expect(await runProgram(['restore', '--from', again], settings('back'))).toMatchObject({ code: 0 })
    const third = await startServerProcess({ env: settings('back') })
    const embedded = () => embeddedDatabase(join(directory, 'back'))
    expect(await digestsOf(await embedded())).toEqual(await digestsOf(await external.database()))
    expect(await faultsOfLogs({ dataDir: join(directory, 'back'), database: embedded })).toEqual([])
    third.signal('SIGTERM')
    await third.ending
    expect(readdirSync(join(directory, 'back', 'keys'))).toEqual(readdirSync(join(source, 'keys')))
  } finally {
    await debian.stop()
  }
}, 300_000)

/** Each log says that it was backed up, and first of all after that, that it goes on from there. */
async function checkTrail(database: DatabaseAddress): Promise<void> {
  const trail = await queryBehind<{ tenant_id: string; action: string; details: Record<string, unknown> }>(
    database,
    `select tenant_id, action, details from audit_event e
     where occurred_at >= (select max(occurred_at) from audit_event b where b.tenant_id = e.tenant_id and action = 'backup.make')
       and action in ('backup.make', 'instance.restore') order by tenant_id, occurred_at`,
  )
  const logs = await queryBehind(database, 'select from ledger_log')
  expect(logs.length).toBeGreaterThan(1)
  expect(trail.map(({ action }) => action)).toEqual(logs.flatMap(() => ['backup.make', 'instance.restore']))
  const restores = trail.filter(({ action }) => action === 'instance.restore').map(({ details }) => details)
  const facts = {
    backupSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    takenAt: expect.any(String),
    logSize: expect.any(Number),
  }
  expect(restores).toEqual(logs.map(() => facts))
}

test('P3.3, P4.6: no key, password or other content of the instance is in a backup in clear', async () => {
  await makeInstance('source')
  const file = join(directory, 'one.backup')
  expect(await runProgram(['backup', '--to', file], settings('source'))).toMatchObject({ code: 0 })
  const keyDir = join(directory, 'source', 'keys')
  const files = readdirSync(keyDir).map((name) => [name, readFileSync(join(keyDir, name), 'utf8').trim()] as const)
  const secrets = new Map<string, string>(files)
  for (const [name, text] of files) {
    const body = text.replaceAll(/-----[A-Z ]+-----|\n/g, '')
    secrets.set(`${name}, bare`, body)
  }
  secrets
    .set('passphrase', passphrase)
    .set('password', administrator.password)
    .set('a table', 'ledger_entry')
    .set('a name', administrator.email)
  const bytes = readFileSync(file)
  const found = [...secrets].filter(([, secret]) => formsOf(secret).some((form) => bytes.includes(form)))
  expect(found.map(([name]) => name)).toEqual([])
  expect(secrets.size).toBeGreaterThan(10)
  const known = Buffer.concat([bytes, Buffer.from(secrets.get('master.key') ?? '', 'base64')])
  expect(formsOf(secrets.get('master.key') ?? '').some((form) => known.includes(form))).toBe(true)
}, 300_000)

test('P4.6: a backup without keys holds none, and is restored beside the right keys alone', async () => {
  await makeInstance('source')
  const file = join(directory, 'bare.backup')
  expect(await runProgram(['backup', '--to', file, '--without-keys'], settings('source'))).toMatchObject({ code: 0 })
  const refused = await runProgram(['restore', '--from', file], settings('target'))
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('AFTERAI_KEY_DIR') })
  expect(existsSync(join(directory, 'target', 'restore-unfinished'))).toBe(false)
  const beside = { ...settings('target'), AFTERAI_KEY_DIR: join(directory, 'source', 'keys') }
  expect(await runProgram(['restore', '--from', file], beside)).toMatchObject({ code: 0 })
  expect(await runProgram(['restore', '--from', file], beside)).toMatchObject({
    code: 1,
    output: expect.stringContaining('holds an instance already'),
  })
}, 300_000)

test('P4.6: a passphrase’s file that others may read is refused, as key files are, before anything is done', async () => {
  const secret = join(directory, 'passphrase')
  const file = join(directory, 'one.backup')
  writeFileSync(secret, passphrase)
  const commands = [
    ['backup', '--to', file],
    ['backup', 'verify', '--from', file],
    ['restore', '--from', file],
  ]
  const refuse = async (command: readonly string[]): Promise<void> => {
    const refused = await runProgram([...command, '--passphrase-file', secret], settings('source'))
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('chmod 600') })
    expect(refused.output).toContain('Other accounts of this machine may read its file')
    expect(refused.output).not.toContain(passphrase)
  }
  chmodSync(secret, 0o644)
  await Promise.all(commands.map(refuse))
  // What is too much is one rule for all of them.
  for (const mode of [0o640, 0o602]) {
    chmodSync(secret, mode)
    await refuse(commands[0] ?? [])
  }
  expect([existsSync(file), existsSync(join(directory, 'source'))]).toEqual([false, false])
  chmodSync(secret, 0o600)
  const read = await runProgram(['backup', 'verify', '--from', file, '--passphrase-file', secret], settings('source'))
  expect(read.output).not.toContain('chmod')
}, 300_000)

describe('P5.5: the schema of a backup', () => {
  /** A backup of a database at some schema, of an instance whose keys are those of the directory `source`. */
  async function backupAt(upTo: string, migrations: readonly string[], file: string): Promise<void> {
    const cluster = await startEmbeddedPostgres({ dataDir: join(directory, 'old'), log: () => undefined })
    try {
      await migrate(cluster.admin, { name: 'afterai_server', password: 'of-no-use-to-anybody' }, upTo)
      await queryBehind(cluster.admin, `insert into account (id, name) values (gen_random_uuid(), 'of old')`)
      const keyDir = join(directory, 'source-keys')
      const keyFingerprint = fingerprintOf(await loadInstanceKeys(keyDir, { make: true }))
      const owner = await openLoneConnection(cluster.admin)
      const backupId = crypto.randomUUID()
      const keys = await readKeyFiles(keyDir)
      await takeBackup(owner, { path: file, passphrase, backupId, product: '0.0.1', migrations, keyFingerprint, keys })
      await owner.close()
    } finally {
      await cluster.stop()
    }
  }

  test('P5.5: older than this version: made as it was, filled, and brought up to date', async () => {
    const known = await knownMigrations()
    const old = known.slice(0, 8)
    const file = join(directory, 'old.backup')
    await backupAt(old.at(-1) ?? '', old, file)
    expect(await runProgram(['restore', '--from', file], settings('target'))).toMatchObject({ code: 0 })
    const server = await startServerProcess({ env: settings('target') })
    const database = await embeddedDatabase(join(directory, 'target'))
    expect(await queryBehind(database, `select name from account where name = 'of old'`)).toHaveLength(1)
    const applied = await queryBehind<{ name: string }>(database, 'select name from kysely_migration order by name')
    expect(applied.map(({ name }) => name)).toEqual(known)
    server.signal('SIGTERM')
    await server.ending
  }, 300_000)

  test('P5.5: newer than this version: refused, and nothing is made', async () => {
    const known = await knownMigrations()
    const file = join(directory, 'new.backup')
    await backupAt(known.at(-1) ?? '', [...known, '9999_future'], file)
    const refused = await runProgram(['restore', '--from', file, '--json'], settings('target'))
    expect(refused.code).toBe(1)
    expect(JSON.parse(refused.output)).toMatchObject({ code: 'newer_schema', fix: expect.any(String) })
    const changed = readFileSync(file)
    changed.writeUInt8(changed.readUInt8(changed.length - 40) ^ 1, changed.length - 40)
    writeFileSync(file, changed)
    const damaged = await runProgram(['restore', '--from', file, '--json'], settings('target'))
    expect(JSON.parse(damaged.output)).toMatchObject({ code: 'damaged' })
    expect(existsSync(join(directory, 'target'))).toBe(false)
  }, 300_000)
})

describe('P5.5: killed in the middle', () => {
  const size = async (name: string) =>
    queryBehind(await embeddedDatabase(join(directory, name)), 'select count(*)::int as n from observation')

  test('P5.5: kill -9 of a backup leaves no file of its name, and of a restore one that is finished by the next', async () => {
    let rows: object[] = []
    await makeInstance('source', async (database) => {
      await queryBehind(database, manyRows)
      rows = await size('source')
    })
    const file = join(directory, 'big.backup')
    const cut = launchProgram(['backup', '--to', file], settings('source'))
    const partial = () => readdirSync(directory).find((name) => name.endsWith('.partial'))
    const isUnderWay = () => {
      const name = partial()
      return name !== undefined && statSync(join(directory, name)).size > 1_000_000
    }
    await expect.poll(isUnderWay, { timeout: 120_000, interval: 5 }).toBe(true)
    cut.child.kill('SIGKILL')
    await cut.end
    expect(existsSync(file)).toBe(false)
    expect(await processesGone(join(directory, 'source'))).toBe(true)
    expect(await runProgram(['backup', '--to', file], settings('source'))).toMatchObject({ code: 0 })

    const mark = join(directory, 'target', 'restore-unfinished')
    const random = seededRandom(7)
    for (let round = 0; round < 3; round += 1) {
      const restore = launchProgram(['restore', '--from', file], settings('target'))
      await expect.poll(() => existsSync(mark), { timeout: 120_000, interval: 5 }).toBe(true)
      await sleep(random() * 1_500)
      restore.child.kill('SIGKILL')
      await restore.end
      expect(await processesGone(join(directory, 'target'))).toBe(true)
      const up = await launchServer({ env: settings('target') })
      expect(await up.ending).toMatchObject({ code: 78 })
      expect(up.output()).toContain('a restore into')
    }
    expect(await runProgram(['restore', '--from', file], settings('target'))).toMatchObject({ code: 0 })
    expect(existsSync(mark)).toBe(false)
    const server = await startServerProcess({ env: settings('target') })
    expect(await size('target')).toEqual(rows)
    const trail = await queryBehind(
      await embeddedDatabase(join(directory, 'target')),
      `select from audit_event where action = 'instance.restore'`,
    )
    const logs = await queryBehind(await embeddedDatabase(join(directory, 'target')), 'select from ledger_log')
    expect(trail).toHaveLength(logs.length)
    server.signal('SIGTERM')
    await server.ending
  }, 600_000)

  test('P5.5: a full disk leaves no backup, and says so', async () => {
    await makeInstance('source', (database) => queryBehind(database, manyRows))
    const small = join(directory, 'small')
    const script = `mkdir ${small} && mount -t tmpfs -o size=1m none ${small} && "$@"; code=$?; ls -A ${small}; exit $code`
    const server = await startServerProcess({ env: settings('source') })
    // Only root may mount; whoever isn't is root in a namespace of their own.
    const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user']
    const under = ['unshare', ...asRoot, '--mount', 'sh', '-c', script, 'full']
    const file = join(small, 'one.backup')
    const { code, output } = await runProgram(['backup', '--to', file], settings('source'), under)
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining('(ENOSPC)') })
    expect(output.trimEnd().split('\n').at(-1)).toContain('Name a place')
    server.signal('SIGTERM')
    await server.ending
  }, 300_000)
})
