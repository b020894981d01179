import type { SystemRow } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginStory, type Story } from '../../testing/standing-story.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
beforeAll(async () => {
  server = await startTestServer()
  author = await server.addPerson(server.admin.tenant, 'member')
  approver = await server.addPerson(server.admin.tenant, 'approver')
})
afterAll(() => server.stop())

interface Rows {
  readonly items: readonly SystemRow[]
  readonly nextCursor: string | null
}
const rows = (query = ''): Promise<Rows> =>
  server.expectOk<Rows>({ path: `/v1/system-rows${query}`, token: author.token })
const story = (system: string): Promise<Story> => beginStory(server, { author, approver }, system)
const find = async (system: string): Promise<SystemRow | undefined> => (await rows(`?q=${system}`)).items[0]

describe('rows of systems', () => {
  test('say whether what runs may run as standings say it, what changed last, and what is to be worked on', async () => {
    const it = await story('rowed')
    await it.runs(0.1)
    const changeId = (await it.runs(0.2)) ?? ''
    const { standing, since } = await it.standing()
    expect(await find('rowed')).toEqual({
      name: 'rowed',
      owner: null,
      environments: [{ environment: 'production', standing, since }],
      openChanges: 1,
      lastChange: { id: changeId, title: 'temperature 0.1 → 0.2', openedAt: (await it.change(changeId)).openedAt },
    })
    await it.confirms(changeId)
    await it.decides(changeId, { decision: 'not_act' })
    expect((await find('rowed'))?.environments).toMatchObject([{ standing: 'contrary' }])
  })

  test('tell the worst where an environment has several standings, and nothing where nothing runs', async () => {
    const it = await story('several')
    expect(await find('several')).toMatchObject({ environments: [], openChanges: 0, lastChange: null })
    const opened = { system: 'several', title: 'New data', changeTypes: ['data'], intent: 'implemented' }
    for (const _ of [1, 2]) {
      const { body } = await it.post<{ id: string }>('/v1/changes', { ...opened, title: `New data ${_}` })
      await it.confirms(body.id)
      if (_ === 1) await it.decides(body.id, { decision: 'not_act' })
    }
    const { items } = await it.standings()
    expect(items.map(({ standing }) => standing)).toEqual(['contrary', 'awaiting'])
    expect((await find('several'))?.environments).toMatchObject([{ environment: 'production', standing: 'contrary' }])
  })

  test('name the owner that the card says, a person or a team, before the one of the registration', async () => {
    const post = { method: 'POST', path: '/v1/systems', token: author.token } as const
    await server.expectOk({ ...post, body: { name: 'owned', owner: 'Someone' } })
    expect((await find('owned'))?.owner).toBe('Someone')
    const set = { method: 'PUT', path: '/v1/systems/owned/card', token: author.token } as const
    await server.expectOk({ ...set, body: { owner: { kind: 'team', name: 'Customer care' } } })
    expect((await find('owned'))?.owner).toBe('Customer care')
  })

  test('come page after page, and by a part of the name or title in whichever case', async () => {
    const post = { method: 'POST', path: '/v1/systems', token: author.token } as const
    for (const nth of [1, 2, 3])
      await server.expectOk({ ...post, body: { name: `page-${nth}`, title: `Titel Ä${nth}` } })
    const first = await rows('?q=PAGE-&limit=2')
    expect(first.items.map(({ name }) => name)).toEqual(['page-3', 'page-2'])
    const second = await rows(`?q=PAGE-&limit=2&cursor=${first.nextCursor ?? ''}`)
    expect(second).toMatchObject({ items: [{ name: 'page-1' }], nextCursor: null })
    expect((await rows(`?q=${encodeURIComponent('titel ä2')}`)).items.map(({ name }) => name)).toEqual(['page-2'])
  })

  test('are refused to a key that may not read decisions', async () => {
    const { key } = await server.addKey(author, ['system:read', 'change:read'])
    const refused = await server.send({ path: '/v1/system-rows', token: key })
    expect(refused).toMatchObject({ status: 403, body: { permission: 'decision:read' } })
  })
})
