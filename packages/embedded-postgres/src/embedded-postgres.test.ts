import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { commandLine, processesGone, processesNaming } from '@afterai/testing'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canReach } from './account.ts'
import { findPackage } from './binaries.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './index.ts'

const asRoot = process.getuid?.() === 0
const program = fileURLToPath(new URL('run-embedded-postgres.ts', import.meta.url))
/** `daemon`, which every Unix has. */
const stranger = { uid: 1, gid: 1 }
const nameless = { uid: 65533, gid: 65533 }
const strangersMayEnter = canReach(dirname(program), stranger) && canReach(dirname(process.execPath), stranger)

let directory: string
let cleanUp: (() => Promise<unknown> | undefined)[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'afterai-embedded-'))
  chmodSync(directory, 0o711)
  cleanUp = []
})

afterEach(async () => {
  for (const step of cleanUp.toReversed()) await step()
  if (!(await processesGone(directory))) throw new Error('a process was left behind')
  rmSync(directory, { recursive: true, force: true })
})

interface StartOptions {
  readonly dataDir: string
  readonly packageDir?: string
  readonly systemDir?: string
}

async function start(options: StartOptions, log: string[] = []): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres({ ...options, log: (line) => log.push(line) })
  cleanUp.push(() => database.stop())
  return database
}

async function ask(database: Pick<EmbeddedPostgres, 'admin'>, text: string): Promise<unknown[]> {
  const client = new Client(database.admin)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows.flatMap((row) => Object.values(row))
  } finally {
    await client.end()
  }
}

interface Started extends Pick<EmbeddedPostgres, 'admin' | 'firstStart'> {
  readonly up: boolean
  readonly code?: string
  readonly message?: string
  readonly ended?: string
}

interface Run {
  readonly child: ChildProcess
  /** The next line that the process tells. */
  readonly next: () => Promise<Started>
  readonly gone: Promise<unknown>
}

function runApart(options: StartOptions, spawnOptions: SpawnOptions = {}): Run {
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    ...spawnOptions,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]()
  cleanUp.push(() => {
    child.kill('SIGKILL')
    return gone
  })
  return { child, gone, next: async () => JSON.parse((await lines.next()).value ?? '{}') as Started }
}

function postmasterPid(clusterDir: string): number {
  return Number(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')[0])
}

describe('a life of starts and stops', () => {
  test('creates a cluster once, keeps what was written, and stops as often as it is told', async () => {
    const dataDir = join(directory, 'data')
    const first = await start({ dataDir })
    expect(first.firstStart).toBe(true)
    await ask(first, 'create table kept as select 42 as answer')
    await Promise.all([first.stop(), first.stop()])
    await first.stop()
    expect(await processesGone(dataDir)).toBe(true)

    const second = await start({ dataDir })
    expect(second.firstStart).toBe(false)
    expect(await ask(second, 'select answer from kept')).toEqual([42])
  })

  test('P5.5: is durable, checks its pages, and takes no connection from the network', async () => {
    const database = await start({ dataDir: join(directory, 'data') })
    const settings = 'fsync synchronous_commit full_page_writes data_checksums listen_addresses jit server_encoding'
    const values = settings.split(' ').map((name) => `current_setting('${name}')`)
    expect(await ask(database, `select unnest(array[${values.join()}])`)).toEqual([
      'on',
      'on',
      'on',
      'on',
      '',
      'off',
      'UTF8',
    ])
    expect(
      await ask(database, `select datlocprovider::text || datlocale from pg_database where datname = 'postgres'`),
    ).toEqual(['bC.UTF-8'])
  })

  test('asks for a password that only the owner of the data can read, and keeps its socket private', async () => {
    const dataDir = join(directory, 'data')
    const database = await start({ dataDir })
    expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600)
    expect(statSync(database.socketDir).mode & 0o777).toBe(0o700)
    await expect(ask({ admin: { ...database.admin, password: 'guess' } }, 'select 1')).rejects.toThrow(
      'password authentication failed',
    )
  })

  test('P1.2: keeps values that a client sends out of its log', async () => {
    const log: string[] = []
    const database = await start({ dataDir: join(directory, 'data') }, log)
    await ask(database, 'create table only_once (value text primary key)')
    await ask(database, `insert into only_once values ('canary-71')`)
    await expect(ask(database, `insert into only_once values ('canary-71')`)).rejects.toThrow('duplicate key')
    await expect(ask(database, `select 'canary-71'::int`)).rejects.toThrow('canary-71')
    await database.stop()
    expect(log.join('\n')).toContain('ready to accept connections')
    expect(log.join('\n')).not.toContain('canary-71')
  })
})

describe('P5.5: kill -9', () => {
  test('P5.5: of the parent leaves no process behind, and the data is whole', async () => {
    const dataDir = join(directory, 'data')
    const run = runApart({ dataDir })
    const started = await run.next()
    await ask(started, 'create table kept as select 42 as answer')
    expect(processesNaming(dataDir).length).toBeGreaterThan(1)
    run.child.kill('SIGKILL')
    await run.gone
    // Not waiting for the old one to go: the new one must cope with it.
    const next = await start({ dataDir })
    expect(await ask(next, 'select answer from kept')).toEqual([42])
    await next.stop()
    expect(await processesGone(dataDir)).toBe(true)
  })

  test('P5.5: of the parent alone ends everything, without another start', async () => {
    const dataDir = join(directory, 'data')
    const run = runApart({ dataDir })
    await run.next()
    run.child.kill('SIGKILL')
    expect(await processesGone(dataDir)).toBe(true)
  })

  test('P5.5: of the parent while it creates the cluster leaves nothing half made', async () => {
    const dataDir = join(directory, 'data')
    for (const delay of [100, 250, 400]) {
      const run = runApart({ dataDir })
      await sleep(delay)
      run.child.kill('SIGKILL')
      await run.gone
    }
    const database = await start({ dataDir })
    expect(await ask(database, 'select 1')).toEqual([1])
    expect(readdirSync(dataDir).filter((name) => name.includes('unfinished'))).toEqual([])
  })

  test('P5.5: of the database is noticed, and the next start recovers', async () => {
    const dataDir = join(directory, 'data')
    const run = runApart({ dataDir })
    const started = await run.next()
    await ask(started, 'create table kept as select 42 as answer')
    process.kill(postmasterPid(join(dataDir, 'postgres')), 'SIGKILL')
    expect(await run.next()).toEqual({ ended: 'stopped_unexpectedly' })
    const next = await start({ dataDir })
    expect(await ask(next, 'select answer from kept')).toEqual([42])
  })

  test('P5.5: of the watchdog is noticed, and the stop still stops the database', async () => {
    const dataDir = join(directory, 'data')
    const ended: string[] = []
    const database = await startEmbeddedPostgres({
      dataDir,
      log: () => undefined,
      onExit: ({ code }) => ended.push(code),
    })
    cleanUp.push(() => database.stop())
    for (const pid of processesNaming(dataDir).filter((pid) => commandLine(pid).startsWith('/bin/sh')))
      process.kill(pid, 'SIGKILL')
    while (ended.length === 0) await sleep(10)
    expect(ended).toEqual(['stopped_unexpectedly'])
    await database.stop()
    expect(await processesGone(dataDir)).toBe(true)
  })
})

describe('one data directory', () => {
  test('P5.5: is refused to a second process, and to a second start of the same, naming who has it', async () => {
    const dataDir = join(directory, 'data')
    const database = await start({ dataDir })
    expect(await runApart({ dataDir }).next()).toMatchObject({
      up: false,
      code: 'data_in_use',
      message: expect.stringContaining(`process ${process.pid}`),
    })
    await expect(start({ dataDir })).rejects.toMatchObject({ code: 'data_in_use' })
    expect(await ask(database, 'select 1')).toEqual([1])
  })

  test('P5.5: is given to exactly one of several that start at once', async () => {
    const dataDir = join(directory, 'data')
    const started = await Promise.all([1, 2, 3].map(() => runApart({ dataDir }).next()))
    expect(started.filter(({ up }) => up)).toHaveLength(1)
    expect(started.filter(({ code }) => code === 'data_in_use')).toHaveLength(2)
  })

  test('is taken over from an owner that died, even if its number belongs to another process now', async () => {
    const dataDir = join(directory, 'data')
    mkdirSync(dataDir, { mode: 0o711 })
    for (const lock of [`{"pid":${process.pid},"started":"1","id":"x"}`, '{"pid":1}', '', 'null']) {
      writeFileSync(join(dataDir, 'afterai.lock'), lock)
      const database = await start({ dataDir })
      await database.stop()
    }
    expect(existsSync(join(dataDir, 'afterai.lock'))).toBe(false)
  })

  test('starts although the number in a stale postmaster.pid belongs to another process now', async () => {
    const dataDir = join(directory, 'data')
    await (await start({ dataDir })).stop()
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    const bystander = spawn('sleep', ['60'], asRoot ? { uid: 65534, gid: 65534 } : {})
    cleanUp.push(async () => bystander.kill())
    writeFileSync(pidFile, `${bystander.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n/nowhere\n\n  1 1\nready   \n`)
    if (asRoot) chownSync(pidFile, 65534, 65534)
    expect(await ask(await start({ dataDir }), 'select 1')).toEqual([1])
  })

  test('of another major version is refused by name', async () => {
    const dataDir = join(directory, 'data')
    await (await start({ dataDir })).stop()
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'data_wrong_version',
      message: expect.stringContaining('PostgreSQL 17'),
    })
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18\n')
    expect(await ask(await start({ dataDir }), 'select 1')).toEqual([1])
  })

  test('with a damaged database says what PostgreSQL said, and lets go of the directory', async () => {
    const dataDir = join(directory, 'data')
    await (await start({ dataDir })).stop()
    rmSync(join(dataDir, 'postgres', 'global', 'pg_control'))
    await expect(start({ dataDir })).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('pg_control'),
    })
    expect(existsSync(join(dataDir, 'afterai.lock'))).toBe(false)
  })
})

describe('places', () => {
  test('takes a path that is too long for a socket', async () => {
    const dataDir = join(directory, 'long'.repeat(50))
    const database = await start({ dataDir })
    expect(await ask(database, 'select 1')).toEqual([1])
    await database.stop()
    expect(existsSync(database.socketDir)).toBe(false)
  })

  test('takes a path with spaces and quotes', async () => {
    const database = await start({ dataDir: join(directory, `a "b" 'c' $d, e`) })
    expect(await ask(database, 'select 1')).toEqual([1])
  })

  test('restores the links that npm leaves out where install scripts are blocked', async () => {
    const packageDir = copyWithoutLinks()
    const database = await start({ dataDir: join(directory, 'data'), packageDir })
    expect(await ask(database, 'select 1')).toEqual([1])
    expect(lstatSync(join(packageDir, 'native/lib/libpq.so.5')).isSymbolicLink()).toBe(true)
  })

  test.runIf(asRoot && strangersMayEnter)(
    'copies the programs where links are missing and the package may not be changed',
    async () => {
      const packageDir = copyWithoutLinks()
      const dataDir = join(directory, 'data')
      mkdirSync(dataDir)
      chownSync(dataDir, stranger.uid, stranger.gid)
      // Root may write anywhere, so somebody else tries: the copied package belongs to root.
      const run = runApart({ dataDir, packageDir }, stranger)
      expect(await run.next()).toMatchObject({ up: true })
      expect(existsSync(join(packageDir, 'native/lib/libpq.so.5'))).toBe(false)
      expect(existsSync(join(dataDir, 'binaries'))).toBe(true)
      run.child.stdin?.end()
      await run.gone
    },
  )

  test.runIf(asRoot)("opens root's data directory to PostgreSQL, but not for listing", async () => {
    const dataDir = join(directory, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    const database = await start({ dataDir })
    expect(await ask(database, 'select 1')).toEqual([1])
    expect(statSync(dataDir).mode & 0o777).toBe(0o711)
    expect(existsSync(join(dataDir, 'postgres-location'))).toBe(false)
  })

  test.runIf(asRoot)('runs PostgreSQL as nobody when started by root', async () => {
    const database = await start({ dataDir: join(directory, 'data') })
    const pid = postmasterPid(join(directory, 'data', 'postgres'))
    expect(statSync(`/proc/${pid}`).uid).toBe(65534)
    expect(await ask(database, 'select 1')).toEqual([1])
  })

  test.runIf(asRoot && strangersMayEnter)('runs as the user who starts it when that is not root', async () => {
    const dataDir = join(directory, 'data')
    mkdirSync(dataDir)
    chownSync(dataDir, stranger.uid, stranger.gid)
    const run = runApart({ dataDir }, stranger)
    expect(await run.next()).toMatchObject({ up: true, firstStart: true })
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(stranger.uid)
    run.child.stdin?.end()
    await run.gone

    // Root takes over as that user, since the files are theirs.
    expect(await ask(await start({ dataDir }), 'select 1')).toEqual([1])
    expect(statSync(join(dataDir, 'postgres', 'postmaster.pid')).uid).toBe(stranger.uid)
  })

  test.runIf(asRoot && strangersMayEnter)("refuses a cluster of somebody else's, saying whose it is", async () => {
    const dataDir = join(directory, 'data')
    await (await start({ dataDir })).stop()
    chmodSync(dataDir, 0o777)
    expect(await runApart({ dataDir }, stranger).next()).toMatchObject({ up: false, code: 'data_not_ours' })
  })

  test.runIf(asRoot && strangersMayEnter)('tells a user without a name what PostgreSQL needs', async () => {
    const dataDir = join(directory, 'data')
    mkdirSync(dataDir)
    chownSync(dataDir, nameless.uid, nameless.gid)
    const refusal = await runApart({ dataDir }, nameless).next()
    expect(refusal).toMatchObject({ code: 'create_failed', message: expect.stringContaining('/etc/passwd') })
  })

  test.runIf(asRoot)(
    "keeps data and programs elsewhere when both lie in root's closed home, and finds them again",
    async () => {
      const home = join(directory, 'root')
      const systemDir = join(directory, 'system')
      mkdirSync(home, { mode: 0o700 })
      const packageDir = copyPackage(join(home, 'package'))
      const dataDir = join(home, 'data')
      const log: string[] = []
      const first = await start({ dataDir, packageDir, systemDir }, log)
      await ask(first, 'create table kept as select 42 as answer')
      await first.stop()
      expect(log.filter((line) => line.includes('the database is kept in'))).toHaveLength(1)
      expect(existsSync(join(dataDir, 'postgres'))).toBe(false)

      chmodSync(home, 0o755)
      const second = await start({ dataDir, packageDir, systemDir })
      expect(second.firstStart).toBe(false)
      expect(await ask(second, 'select answer from kept')).toEqual([42])
    },
  )
})

function copyPackage(to: string): string {
  cpSync(findPackage(), to, { recursive: true, verbatimSymlinks: true })
  return to
}

function copyWithoutLinks(): string {
  const copy = copyPackage(join(directory, 'package'))
  const library = join(copy, 'native/lib')
  for (const name of readdirSync(library)) {
    if (lstatSync(join(library, name)).isSymbolicLink()) rmSync(join(library, name))
  }
  return copy
}
