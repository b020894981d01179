import { expect, test } from 'vitest'
import { startTestServer } from '../../../testing/test-server.ts'
import { ingestUntilKilled, storedCalls } from '../../../testing/otlp/ingest-crash.ts'

const kills = 6

test('P2.4: two processes that are killed while telemetry comes in store exactly what they acknowledged', async () => {
  const server = await startTestServer()
  const { key } = await server.addKey(server.admin, ['telemetry:write'])
  const orders = { connection: server.database.login, keyDir: server.keyDir }
  const lifeMs = (): number => Math.random() * 1_200
  const { acknowledged } = await ingestUntilKilled(orders, { key, kills, lifeMs })
  expect(await storedCalls(server.database.owner)).toEqual(acknowledged)
  expect(Math.min(...acknowledged.values())).toBeGreaterThan(50)
  await server.stop()
  // Twelve processes start, each with some two seconds of a core: a busy machine takes minutes.
}, 240_000)
