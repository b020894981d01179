import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { configurationOf } from '../../testing/lifecycle.ts'
import { composeBeside, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let member: Person
let count = 0

beforeAll(async () => {
  server = await startTestServer()
  member = await server.addPerson(server.admin.tenant, 'member')
})
afterAll(() => server.stop())

async function newSystem(): Promise<string> {
  const name = `system-${(count += 1)}`
  await server.expectOk({ method: 'POST', path: '/v1/systems', token: member.token, body: { name } })
  return name
}

const send = (observations: unknown[]) =>
  server.send({ method: 'POST', path: '/v1/observations', token: member.token, body: { observations } })

/** What ran when, and what each change says of it. */
async function historyOf(system: string): Promise<unknown[]> {
  const { rows } = await server.owner.query<{ run: unknown }>(
    `select jsonb_build_array(r.fingerprint, r.started_at, c.fingerprint_before, c.fingerprint_after, c.delta, c.title, c.implemented_at,
       r.fingerprint = e.fingerprint and r.started_at = e.changed_at) as run
     from run r join system s on s.id = r.system_id join environment e on e.system_id = s.id and e.name = r.environment
     left join change c on c.tenant_id = r.tenant_id and c.id = r.change_id
     where s.name = $1 order by r.started_at, r.fingerprint`,
    [system],
  )
  return rows.map(({ run }) => run)
}

test('P6.1: in whatever order they arrive, by however many processes, sightings come to the same history', async () => {
  const second = await composeBeside(server)
  onTestFinished(() => second.close())
  const told = fc
    .array(fc.record({ model: fc.constantFrom('a', 'b', 'c'), minute: fc.nat({ max: 9 }) }), {
      minLength: 2,
      maxLength: 9,
    })
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.boolean()))
  await fc.assert(
    fc.asyncProperty(told, async ([inOrder, shuffled, atOnce]) => {
      const [one, other] = [await newSystem(), await newSystem()]
      const of =
        (system: string) =>
        ({ model, minute }: { model: string; minute: number }) => ({
          system,
          configuration: configurationOf(model),
          observedAt: new Date(Date.UTC(2026, 2, 1, 0, minute)).toISOString(),
        })
      await send(inOrder.map(of(one)))
      const by = (index: number) => (index % 2 === 0 ? server : second)
      const tellOnce = (it: object, index: number) =>
        by(index).http.inject({
          method: 'POST',
          url: '/v1/observations',
          headers: { authorization: `Bearer ${member.token}` },
          payload: { observations: [it] },
        })
      const tell = async (it: object, index: number): Promise<void> => {
        let answer = await tellOnce(it, index)
        // A database that many tests share may have no connection left: what was refused comes again, as clients do.
        for (let tries = 0; tries < 5 && answer.statusCode === 503; tries += 1) {
          await sleep(1_000)
          answer = await tellOnce(it, index)
        }
        expect(answer.statusCode, answer.body).toBe(200)
      }
      const apart = shuffled.map(of(other))
      if (atOnce) await Promise.all(apart.map(tell))
      else for (const [index, it] of apart.entries()) await tell(it, index)
      expect(await historyOf(other)).toEqual(await historyOf(one))
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('batches that touch the same environments in opposite orders don’t block each other', async () => {
  const systems = [await newSystem(), await newSystem(), await newSystem()]
  for (let round = 0; round < 12; round += 1) {
    const batch = systems.map((system, at) => ({
      id: newId(),
      system,
      configuration: configurationOf(`model-${round}-${at}`),
      observedAt: new Date(Date.now() - 1000 + at).toISOString(),
    }))
    const reversed = batch.map((it, at) => ({ ...it, observedAt: batch.at(-1 - at)?.observedAt })).toReversed()
    const answers = await Promise.all([send(batch), send(reversed), send(batch.toReversed()), send(reversed)])
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  }
})
