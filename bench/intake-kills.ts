import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeReachableDirectory } from '../packages/testing/src/test-cluster.ts'
import { composeServer } from '../packages/server/src/instance/composition.ts'
import { newCode } from '../packages/server/src/access/index.ts'
import { putSetupCode } from '../packages/server/src/identity/index.ts'
import { loadInstanceKeys } from '../packages/server/src/keys/index.ts'
import { createLog } from '../packages/server/src/platform/log.ts'
import { runUntilKilled } from '../packages/server/testing/crash-run.ts'
import { embeddedDatabase } from '../packages/server/testing/database-behind.ts'
import { ingestUntilKilled, storedCalls } from '../packages/server/testing/otlp/ingest-crash.ts'
import { partsOf } from '../packages/server/testing/test-server.ts'
import { withDatabase } from './database.ts'
import { ofLength } from './length.ts'
import type { Row } from './row.ts'

const kills = ofLength(100, 1)
const lifeMs = (): number => Math.random() * 1_200

/** Two processes that take telemetry in, and a whole server, each killed (-9) many times. */
export async function run(): Promise<Row[]> {
  return [...(await killedIntake(kills)), await killedServer(kills)]
}

/** The whole server on the embedded database is killed a hundred times while people and pipelines write: what was acknowledged and isn't there. */
async function killedServer(kills: number): Promise<Row> {
  const directory = makeReachableDirectory('afterai-kills-')
  const dataDir = join(directory, 'data')
  const target = { dataDir, env: {}, database: () => embeddedDatabase(dataDir) }
  const { acknowledged, lost, doubled, faults } = await runUntilKilled(target, { seed: Date.now(), kills })
  rmSync(directory, { recursive: true, force: true })
  const wrong = lost.length + doubled.length + faults.length
  return {
    name: `${kills} kills of a server: lost, doubled, or wrong in a log`,
    value: wrong,
    unit: 'operations',
    limitName: 'acknowledged',
    limit: acknowledged,
    ratio: wrong / acknowledged,
    goal: 'exactly 0',
    isMissed: wrong > 0,
  }
}

/** Two processes take telemetry in and are killed in turns: what was acknowledged beside what is stored. */
function killedIntake(kills: number): Promise<Row[]> {
  return withDatabase(async ({ dataDir, owner, login: connection }) => {
    const keyDir = join(dataDir, 'keys')
    const keys = await loadInstanceKeys(keyDir, { make: true })
    const server = await composeServer(partsOf({ connection, keys, log: createLog('silent') }, {}))
    const key = await newKey(server)
    const { acknowledged } = await ingestUntilKilled({ connection, keyDir }, { key, kills, lifeMs })
    await server.close()
    const stored = await storedCalls(owner)
    return [...acknowledged].map(([system, spans]) => ({
      name: `${kills} kills of two processes: stored of ${system}`,
      value: stored.get(system) ?? 0,
      unit: 'spans',
      limitName: 'acknowledged',
      limit: spans,
      ratio: (stored.get(system) ?? 0) / spans,
      goal: 'exactly 1',
      isMissed: stored.get(system) !== spans,
    }))
  })
}

async function newKey({ http, enrolment }: Awaited<ReturnType<typeof composeServer>>): Promise<string> {
  const code = newCode()
  await putSetupCode(enrolment.db, enrolment.hashCredential(code))
  const ask = async (url: string, payload: object, token?: string): Promise<Record<string, string>> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return (await http.inject({ method: 'POST', url, payload, headers })).json()
  }
  const password = 'violet-harbour-41-lantern'
  const { accessToken } = await ask('/v1/setup', { code, name: 'Bench', email: 'bench@example.com', password })
  const { key } = await ask('/v1/api-keys', { name: 'bench', scopes: ['telemetry:write'] }, accessToken)
  if (key === undefined) throw new Error('no API key was made')
  return key
}
