import { expect, test } from 'vitest'
import { startTestServer } from '../test-server.ts'
import { ingestUntilKilled } from './ingest-crash.ts'

const kills = 6

test('P2.4: two processes that are killed while telemetry comes in store exactly what they acknowledged', async () => {
  const server = await startTestServer()
  const { key } = await server.addKey(server.admin, ['telemetry:write'])
  const orders = { connection: server.database.login, keyDir: server.keyDir }
  const lifeMs = (): number => Math.random() * 1_200
  const { acknowledged } = await ingestUntilKilled(orders, { key, kills, lifeMs })
  const { rows } = await server.owner.query<{ name: string; calls: number }>(
    `select s.name, sum((w.aggregate -> 'counts' ->> 'calls')::int)::int as calls
     from telemetry_window w join system s on s.id = w.system_id group by s.name order by s.name`,
  )
  expect(rows).toEqual(
    [...acknowledged].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, calls]) => ({ name, calls })),
  )
  expect(Math.min(...acknowledged.values())).toBeGreaterThan(50)
  await server.stop()
})
