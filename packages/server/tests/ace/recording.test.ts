import type { Change } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ComposedServer } from '../../src/instance/composition.ts'
import { configurationAt } from '../../testing/standing-story.ts'
import { composeBeside, type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let made = 0
beforeAll(async () => {
  server = await startTestServer({ databasePoolSize: 12 })
  author = await server.addPerson(server.admin.tenant, 'member')
})
afterAll(() => server.stop())

/** The name of a system that no other test has. */
const fresh = (): string => `recorded-${(made += 1)}`

function bodyFor(system: string, more: object = {}): object {
  return { system, title: 'Refill the index', changeTypes: ['retrieval'], ...more }
}

type Told = Change & { readonly code: string }

function record(body: object, token = author.token, headers: Record<string, string> = {}) {
  return server.send<Told>({ method: 'POST', path: '/v1/changes', token, headers, body })
}

async function namedSystems(name: string): Promise<number> {
  return (await server.owner.query('select from system where name = $1', [name])).rows.length
}

function create(name: string): Promise<unknown> {
  return server.expectOk({ method: 'POST', path: '/v1/systems', token: author.token, body: { name } })
}

describe('a change of a system that is new', () => {
  test('is recorded with it, each told in the trail; the next one finds it', async () => {
    const system = fresh()
    expect(await record(bodyFor(system))).toMatchObject({ status: 404 })
    const { status, body } = await record(bodyFor(system, { makeSystem: true }))
    expect([status, body.system]).toEqual([201, system])
    expect((await record(bodyFor(system, { title: 'Again', makeSystem: true }))).body.systemId).toBe(body.systemId)
    const { rows } = await server.owner.query<{ action: string }>(
      `select action from audit_event where resource in ($1, $2) order by id`,
      [`system/${body.systemId}`, `change/${body.id}`],
    )
    expect(rows.map(({ action }) => action)).toEqual(['system.create', 'change.open'])
  })

  test('leaves no system where the change is refused, for whatever reason', async () => {
    const system = fresh()
    const makeSystem = true
    const { key } = await server.addKey(author, ['change:write'])
    const auditor = await server.addPerson(server.admin.tenant, 'auditor')
    const refused = [
      await record(bodyFor(system, { makeSystem, title: '' })),
      await record(bodyFor(system, { makeSystem, changeTypes: [] })),
      await record(bodyFor(system, { makeSystem, risk: { severity: 'enormous' } })),
      await record(bodyFor(system, { makeSystem, after: { model: {} } })),
      await record(bodyFor(system, { makeSystem }), key),
      await record(bodyFor(system, { makeSystem }), auditor.token),
      await record(bodyFor(system, { makeSystem }), author.token, { 'idempotency-key': 'ä' }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 403, 403, 400])
    expect(refused[4]?.body).toMatchObject({ code: 'forbidden', permission: 'system:write' })
    expect(await namedSystems(system)).toBe(0)
  })

  test('leaves no system where the change can’t be written, whenever that turns out', async () => {
    const system = fresh()
    await server.owner.query(
      `create function refuse_recording() returns trigger language plpgsql as $$ begin raise exception 'so it is'; end $$`,
    )
    await server.owner.query(
      `create trigger refused before insert on change for each row execute function refuse_recording()`,
    )
    const { status } = await record(bodyFor(system, { makeSystem: true }))
    await server.owner.query('drop trigger refused on change')
    expect([status, await namedSystems(system)]).toEqual([500, 0])
  })

  test('is made once by many who record at the same moment', async () => {
    const system = fresh()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => record(bodyFor(system, { makeSystem: true, title: `Step ${n}` }))),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(await namedSystems(system)).toBe(1)
  })
})

describe('changes that are recorded at the same moment', () => {
  test('are one where they say the same: each is told it, and it is counted', async () => {
    const system = fresh()
    await create(system)
    for (const more of [{}, { after: configurationAt(0.7) }]) {
      const answers = await Promise.all(Array.from({ length: 24 }, () => record(bodyFor(system, more))))
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
      const ids = new Set(answers.map(({ body }) => body.id))
      expect(ids.size).toBe(1)
      const path = `/v1/changes/${[...ids].join('')}`
      const { observations } = await server.expectOk<Change>({ path, token: author.token })
      expect(observations).toBe(24)
    }
  })

  test('by a server with two connections are recorded, or told to come again', async () => {
    const system = fresh()
    await create(system)
    const small = await composeBeside(server, { databasePoolSize: 2 })
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => recordBy(small, bodyFor(system, oneOf(n)))))
    await small.close()
    expect(answers.filter(isUnfit)).toEqual([])
    expect(answers.some(({ statusCode }) => statusCode === 201)).toBe(true)
  })
})

/** Three changes in turn, of which one has a configuration. */
function oneOf(n: number): object {
  return n % 3 === 0 ? { after: configurationAt(0.1) } : { title: `Step ${n % 3}` }
}

function recordBy({ http }: ComposedServer, body: object) {
  const headers = { authorization: `Bearer ${author.token}`, 'content-type': 'application/json' }
  return http.inject({ method: 'POST', url: '/v1/changes', headers, payload: JSON.stringify(body) })
}

interface Unfit {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, unknown>>
}

/** An answer that is neither a change nor says when to come again or what stands in the way. */
function isUnfit({ statusCode, headers }: Unfit): boolean {
  if (statusCode === 503) return headers['retry-after'] === undefined
  return statusCode !== 201 && statusCode !== 409
}

describe('what the database can’t do now', () => {
  test.each([
    ['a statement that takes too long', 'reset all'],
    ['a lock that isn’t had', `set lock_timeout = '200ms'`],
  ])('%s is told as 503 with a time to wait, and nothing is kept', async (_what, setting) => {
    const system = fresh()
    await create(system)
    const limited = await composeBeside(server, { databasePoolSize: 3 })
    const login = server.database.login.user
    await server.owner.query(`alter role "${login}" ${setting}`)
    await server.owner.query('begin; lock table change in exclusive mode')
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_it, n) => recordBy(limited, bodyFor(system, oneOf(n)))),
    )
    await server.owner.query('rollback')
    await server.owner.query(`alter role "${login}" reset all`)
    await limited.close()
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([503]))
    expect(answers.filter(isUnfit)).toEqual([])
    expect(
      (await server.owner.query('select from change c join system s on s.id = c.system_id where s.name = $1', [system]))
        .rows,
    ).toEqual([])
  })
})
