import { createHash, createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createNoteVerifier, publicKeyOf } from '@afterai/record'
import { freePort, type ServerProcess, startServerProcess } from '@afterai/testing'
import { auditWholeLog } from '../src/ledger/index.ts'
import { openDatabase, withTenant } from '../src/platform/database.ts'
import { createCrashClient, type CrashClient, type Operation } from './crash-client.ts'
import type { DatabaseAddress } from './database-behind.ts'

/** Load is the point here. */
const unlimited = Object.fromEntries(
  ['READS', 'WRITES', 'CREDENTIALS', 'HEAVY'].map((rateClass) => [`AFTERAI_RATE_${rateClass}`, '1000000']),
)

/** The deployment that is to crash. */
export interface CrashTarget {
  readonly dataDir: string
  /** Environment of the server besides the data directory. */
  readonly env: Readonly<Record<string, string>>
  /** The database behind it; asked only while the server runs. */
  readonly database: () => Promise<DatabaseAddress>
}

/** The outcome of a run with kills. All lists are empty when the promise holds. */
export interface CrashOutcome {
  readonly kills: number
  readonly acknowledged: number
  /** Operations that were acknowledged before a crash and unknown after it. */
  readonly lost: readonly string[]
  /** Operations that are there more than once. */
  readonly doubled: readonly string[]
  /** Faults of a log, from its first entry to its last. */
  readonly faults: readonly string[]
}

/** The systems that are written about. */
export const systems = ['billing', 'support'] as const
const models = ['model-a', 'model-b', 'model-c'] as const
/** Records take the longest, being a change, an assessment, a decision and an approval. */
const kinds = ['observation', 'observation', 'change', 'change', 'record'] as const
const writers = 4
const longestLifeMs = 700

/** Starts the server, writes from several sides, kills it at seeded random moments, and looks after each restart. */
export async function runUntilKilled(
  target: CrashTarget,
  { seed, kills }: { seed: number; kills: number },
): Promise<CrashOutcome> {
  const random = seededRandom(seed)
  const port = await freePort()
  const env = {
    ...target.env,
    AFTERAI_DATA_DIR: target.dataDir,
    HOME: target.dataDir,
    AFTERAI_LOG_LEVEL: 'info',
    ...unlimited,
  }
  const start = (): Promise<ServerProcess> => startServerProcess({ env, port })
  let server = await start()
  try {
    const client = createCrashClient(server.origin)
    await client.setUp(await printedCode(server), systems)
    const ledger = new Ledger()
    for (let round = 1; round <= kills; round++) {
      await writeUntilKilled({ server, client, ledger, random })
      server = await start()
      await ledger.settle(client).catch((error: unknown) => {
        throw new Error(`after kill ${round} of ${kills}, with the server saying:\n${server.output().slice(-2_000)}`, {
          cause: error,
        })
      })
      await examine(target, client, ledger)
    }
    return {
      kills,
      acknowledged: ledger.acknowledged.size,
      lost: ledger.lost,
      doubled: ledger.doubled,
      faults: ledger.faults,
    }
  } finally {
    server.signalAll('SIGKILL')
    await server.ending
  }
}

/** The set-up code, which the server prints a moment after it listens. */
export async function printedCode(server: ServerProcess): Promise<string> {
  for (;;) {
    const code = /\b[2-9A-HJKMNP-TV-Z]{5}(?:-[2-9A-HJKMNP-TV-Z]{5}){3}\b/.exec(server.output())?.[0]
    if (code !== undefined) return code
    await sleep(20)
  }
}

/** Notes of the writers: operations that were acknowledged, those that are open, and what was found wrong. */
class Ledger {
  readonly acknowledged = new Map<string, Operation>()
  readonly lost: string[] = []
  readonly doubled: string[] = []
  readonly faults: string[] = []
  private open: Operation[] = []
  private lastUnsure = ''

  async attempt(client: CrashClient, operation: Operation): Promise<void> {
    const unsure = await client.write(operation)
    if (unsure === undefined) this.acknowledged.set(operation.id, operation)
    else this.open.push(operation)
    this.lastUnsure = unsure ?? this.lastUnsure
  }

  /** Tries again, under the same identities, what wasn't acknowledged: it may or may not have been done. */
  async settle(client: CrashClient): Promise<void> {
    for (let patience = 200; this.open.length > 0; patience--) {
      if (patience === 0) {
        const ids = this.open.map(({ id }) => id).join(', ')
        throw new Error(`the server never acknowledged ${ids}; it said last: ${this.lastUnsure}`)
      }
      const retries = this.open
      this.open = []
      for (const operation of retries) await this.attempt(client, operation)
      if (this.open.length > 0) await sleep(50)
    }
  }

  of(kind: Operation['kind']): Operation[] {
    return [...this.acknowledged.values()].filter((operation) => operation.kind === kind)
  }
}

interface Round {
  readonly server: ServerProcess
  readonly client: CrashClient
  readonly ledger: Ledger
  readonly random: () => number
}

async function writeUntilKilled({ server, client, ledger, random }: Round): Promise<void> {
  const killed = new AbortController()
  const write = async (): Promise<void> => {
    while (!killed.signal.aborted) await ledger.attempt(client, nextOperation(random))
  }
  const load = Promise.allSettled(Array.from({ length: writers }, write))
  await sleep(random() * longestLifeMs)
  server.signalAll('SIGKILL')
  killed.abort()
  await server.ending
  for (const end of await load) if (end.status === 'rejected') throw end.reason
}

/** Picks the next operation of a writer. */
export function nextOperation(random: () => number): Operation {
  const pick = <T>(words: readonly [T, ...T[]]): T => words[Math.floor(random() * words.length)] ?? words[0]
  return {
    kind: pick(kinds),
    id: crypto.randomUUID(),
    system: pick(systems),
    model: pick(models),
  }
}

/** Compares what the server knows with what it acknowledged. Nothing is open now, so the two must be equal. */
async function examine(target: CrashTarget, client: CrashClient, ledger: Ledger): Promise<void> {
  compare(ledger, 'change', await client.changeTitles())
  compare(ledger, 'record', await client.recordTitles())
  for (const system of systems) {
    const expected = ledger.of('observation').filter((operation) => operation.system === system).length
    const found = await client.observations(system)
    if (found < expected) ledger.lost.push(`${expected - found} observations of ${system}`)
    if (found > expected) ledger.doubled.push(`${found - expected} observations of ${system}`)
  }
  ledger.faults.push(...(await faultsOfLogs(target)))
}

/** Of each kind every acknowledged one must be there, once; a record's change carries the title of both. */
function compare(ledger: Ledger, kind: 'change' | 'record', titles: readonly string[]): void {
  const times = new Map<string, number>()
  for (const title of titles) times.set(title, (times.get(title) ?? 0) + 1)
  for (const { id } of ledger.of(kind)) {
    if (!times.has(id)) ledger.lost.push(`${kind} ${id}`)
  }
  for (const [title, count] of times)
    if (count > 1 && ledger.acknowledged.has(title)) ledger.doubled.push(`${kind} ${title}`)
}

/** Verifies every tenant's log from its first entry, with the public half of the key on disk, past the server. */
export async function faultsOfLogs({ dataDir, database }: Omit<CrashTarget, 'env'>): Promise<string[]> {
  const pem = readFileSync(join(dataDir, 'keys', 'log-signing.pem'), 'utf8')
  const key = publicKeyOf(createPrivateKey(pem))
  const { db, ...opened } = openDatabase(await database(), { poolSize: 1, onError: () => undefined })
  try {
    while ((await db.selectFrom('ledger_outbox').select('id').limit(1).execute()).length > 0) await sleep(20)
    const logs = await db.selectFrom('ledger_log').select(['tenant_id', 'origin']).execute()
    if (logs.length === 0) return ['there is no log']
    const audits = logs.map(({ tenant_id, origin }) =>
      withTenant(db, tenant_id, (tx) => auditWholeLog(tx, tenant_id, [createNoteVerifier(origin, key)])),
    )
    return (await Promise.all(audits)).flatMap(({ size, faults }) => (size === 0 ? ['a log is empty'] : faults))
  } finally {
    await opened.close()
  }
}

/** Numbers from 0 up to 1 that are the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let count = 0
  return () => {
    count += 1
    return createHash('sha256').update(`${seed}/${count}`).digest().readUInt32BE() / 2 ** 32
  }
}
