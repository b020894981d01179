import type { RunView } from '@afterai/contract'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginStory, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
let stories = 0

beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
})
afterAll(() => server.stop())

function begin(): Promise<Story> {
  stories += 1
  return beginStory(server, { author, approver }, `bot-${stories}`)
}

interface Entry {
  /** In the order in which they were told. */
  readonly id: string
  readonly action: string
  readonly resource: string
  readonly occurredAt: string
  readonly details: Readonly<Record<string, unknown>>
}

/** The trail of a system's runs, the oldest first. */
async function trailOf({ systemId }: Story): Promise<Entry[]> {
  const events: Entry[] = []
  for (const action of ['environment.baseline', 'environment.backdate', 'change.open', 'change.implement']) {
    const { items } = await server.expectOk<{ items: Entry[] }>({
      path: `/v1/audit-events?action=${action}&limit=200`,
      token: server.admin.token,
    })
    events.push(...items)
  }
  const isOwn = (it: Entry): boolean => it.resource === `system/${systemId}` || it.details.systemId === systemId
  return events.filter(isOwn).toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** What ran at an instant, by what the log holds up to then alone. */
function replay(trail: readonly Entry[], at: string): { fingerprint: string; changeId: string | null } | undefined {
  const runs = new Map<string, { fingerprint: string; startedAt: string; changeId: string | null }>()
  const key = (fingerprint: string, startedAt: string): string => `${startedAt} ${fingerprint}`
  for (const { action, resource, details } of trail.filter((it) => it.occurredAt <= at)) {
    const fingerprint = String(details.fingerprint ?? details.after)
    const startedAt = String(details.startedAt ?? details.at)
    const was = key(fingerprint, String(details.was))
    const changeId = action === 'environment.backdate' ? runs.get(was)?.changeId : resource.split('change/')[1]
    if (action === 'environment.backdate') runs.delete(was)
    runs.set(key(fingerprint, startedAt), { fingerprint, startedAt, changeId: changeId ?? null })
  }
  const [, last] =
    [...runs]
      .filter(([, { startedAt }]) => startedAt <= at)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .at(-1) ?? []
  return last === undefined ? undefined : { fingerprint: last.fingerprint, changeId: last.changeId }
}

const told = fc.record({ temperature: fc.constantFrom(0.1, 0.2, 0.3), secondsAgo: fc.integer({ min: 0, max: 50 }) })

test('P6.2: what the history says of an instant is what a replay of the log up to then says, however late things were told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 8 }), async (sightings) => {
      const story = await begin()
      const begun = Date.now()
      const instants = [new Date(begun - 20_000).toISOString()]
      for (const { temperature, secondsAgo } of sightings) {
        await story.runs(temperature, { observedAt: new Date(begun - secondsAgo * 1000).toISOString() })
        instants.push(new Date().toISOString())
      }
      const trail = await trailOf(story)
      for (const at of instants) {
        const [run] = await story.history(`?at=${at}`)
        const said = run === undefined ? undefined : { fingerprint: run.fingerprint, changeId: run.changeId }
        expect(said, `${JSON.stringify(sightings)} at ${at}`).toEqual(replay(trail, at))
      }
    }),
    {
      numRuns: 15,
      // One that began earlier than was told first, and two at one instant.
      examples: [
        [
          [
            { temperature: 0.1, secondsAgo: 1 },
            { temperature: 0.3, secondsAgo: 0 },
            { temperature: 0.3, secondsAgo: 1 },
            { temperature: 0.1, secondsAgo: 0 },
          ],
        ],
      ],
    },
  )
})

test('P6.2: a past instant is told with what was decided by then, and nothing later', async () => {
  const story = await begin()
  await story.runs(0.1)
  const changeId = (await story.runs(0.2)) ?? ''
  const undecided = new Date().toISOString()
  await story.confirms(changeId)
  const recordId = await story.decides(changeId)
  expect(await story.history(`?at=${undecided}`)).toMatchObject([{ changeId, recordId: null, standing: 'awaiting' }])
  expect(await story.standing(undecided)).toMatchObject({ standing: 'awaiting', recordId: null })
  const now = new Date().toISOString()
  expect(await story.history(`?at=${now}`)).toMatchObject([
    { changeId, recordId, decision: 'act', standing: 'authorised', approvedBy: ['The approver'] },
  ])
})

test('a range has what ran at its start too, in pages of any size the same', async () => {
  const story = await begin()
  const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()
  for (const [minutes, temperature] of [
    [50, 0.1],
    [40, 0.2],
    [30, 0.3],
    [20, 0.1],
    [10, 0.2],
  ] as const) {
    await story.runs(temperature, { observedAt: minutesAgo(minutes) })
  }
  const range = `from=${minutesAgo(35)}&to=${minutesAgo(15)}`
  const whole = await story.history(`?${range}`)
  expect(whole.map(({ endedAt }) => endedAt === null)).toEqual([false, false, false])
  const paged: RunView[] = []
  let cursor = ''
  do {
    const path = `/v1/systems/${story.system}/history?${range}&limit=1${cursor}`
    const { items, nextCursor } = await server.expectOk<{ items: RunView[]; nextCursor: string | null }>({
      path,
      token: author.token,
    })
    paged.push(...items)
    cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`
  } while (cursor !== '')
  expect(paged.map(({ startedAt }) => startedAt)).toEqual(whole.map(({ startedAt }) => startedAt))
})

test('an instant beside a range is refused, and so is a system that isn’t there', async () => {
  const story = await begin()
  const at = new Date().toISOString()
  const both = await server.send({
    path: `/v1/systems/${story.system}/history?at=${at}&from=${at}`,
    token: author.token,
  })
  expect(both).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ pointer: '/at' }] } })
  const none = await server.send({ path: `/v1/systems/nobody/history`, token: author.token })
  expect(none.status).toBe(404)
})
