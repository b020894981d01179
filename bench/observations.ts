import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startServerProcess } from '@afterai/testing'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const measuredMs = ofLength(5_000, 200)
const callers = 8
const batch = 100

/**
 * Durable observations over HTTP, each answered after its commit, beside bare inserts of the same rows over the same number of
 * connections to the same database.
 */
export async function run(): Promise<Row[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'afterai-bench-'))
  const server = await startServerProcess({
    env: { AFTERAI_DATA_DIR: dataDir, AFTERAI_RATE_READS: '1000000', AFTERAI_RATE_WRITES: '1000000' },
    command: [process.execPath, 'packages/server/src/instance/main.ts', 'up', '--empty'],
  })
  try {
    // It answers a moment before it prints the code.
    while (!server.output().includes('--setup')) await sleep(20)
    const authorization = await signUp(server.origin, server.output())
    await post(`${server.origin}/v1/systems`, authorization, { name: 'bench' })
    const rows: Row[] = []
    for (const size of [1, batch]) {
      const value = await rate(() => observe(server.origin, authorization, size), size)
      const limit = await bareInserts(dataDir, size)
      rows.push({
        name: `observations, ${size} a request, ${callers} callers`,
        value,
        unit: 'observations/s',
        limitName: 'bare inserts/s',
        limit,
        ratio: value / limit,
        ...(size === 1
          ? { goal: '>= 20% of bare inserts', isMissed: value / limit < 0.2 }
          : { goal: '>= 2000/s', isMissed: value < 2000 }),
      })
    }
    return rows
  } finally {
    server.signal('SIGTERM')
    await server.ending
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function signUp(origin: string, output: string): Promise<string> {
  const code = /--setup (\S+)/.exec(output)?.[1]
  const password = randomBytes(24).toString('base64url')
  const body = { code, email: 'bench@example.com', name: 'Bench', password }
  const { accessToken } = await post<{ accessToken: string }>(`${origin}/v1/setup`, undefined, body)
  return `Bearer ${accessToken}`
}

async function post<T>(url: string, authorization: string | undefined, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

async function observe(origin: string, authorization: string, size: number): Promise<void> {
  const configuration = { model: { provider: 'acme', name: 'acme-large' }, inference: { temperature: 0.2 } }
  const observations = Array.from({ length: size }, () => ({ system: 'bench', configuration }))
  await post(`${origin}/v1/observations`, authorization, { observations })
}

/** Rounds per second of several callers, each of which waits for its answer, times what a round counts for. */
async function rate(round: () => Promise<void>, worth: number): Promise<number> {
  await round()
  const start = performance.now()
  let rounds = 0
  const call = async (): Promise<void> => {
    while (performance.now() - start < measuredMs) {
      await round()
      rounds += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  return (rounds * worth * 1000) / (performance.now() - start)
}

async function bareInserts(dataDir: string, size: number): Promise<number> {
  const connection = {
    host: join(dataDir, 'socket'),
    port: 5432,
    user: 'postgres',
    password: readFileSync(join(dataDir, 'postgres-password'), 'utf8'),
    database: 'postgres',
  }
  const clients = await Promise.all(
    Array.from({ length: callers }, async () => {
      const client = new Client(connection)
      await client.connect()
      return client
    }),
  )
  const free = [...clients]
  try {
    await clients[0]?.query('create table if not exists bare_observation (like observation including all)')
    return await rate(async () => {
      const client = free.pop()
      if (client === undefined) throw new Error('more callers than connections')
      await client.query(
        `insert into bare_observation (tenant_id, id, system_id, environment, fingerprint, outcome, origin, observed_at)
         select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'production', 'sha256:x', 'unchanged', 'api', now()
         from generate_series(1, $1)`,
        [size],
      )
      free.push(client)
    }, size)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}
