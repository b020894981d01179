import type { Found } from '@afterai/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordedChange } from '../../testing/lifecycle.ts'
import { beginStory } from '../../testing/standing-story.ts'
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

const find = async (q: string, token: string = author.token): Promise<Found['items']> =>
  (await server.expectOk<Found>({ path: `/v1/search?${new URLSearchParams({ q }).toString()}`, token })).items

describe('the search', () => {
  test('finds changes by their titles and systems by their names, in whichever case', async () => {
    const story = await beginStory(server, { author, approver }, 'palette-bot')
    const { body } = await story.post<{ id: string }>('/v1/changes', {
      system: 'palette-bot',
      title: 'Größerer Index',
      changeTypes: ['retrieval'],
    })
    expect(await find('GRÖSSERER'.replace('SS', 'ß'))).toEqual([
      { kind: 'change', id: body.id, title: 'Größerer Index', hint: 'palette-bot · production' },
    ])
    expect(await find('Palette')).toEqual([{ kind: 'system', id: 'palette-bot', title: 'palette-bot', hint: '' }])
    expect(await find('%')).toEqual([])
  })

  test('finds changes and records by the beginning of their ids, with hyphens or without, each once', async () => {
    const { changeId, recordId, system } = await recordedChange(server, { author, approver }, 'by-id')
    const title = expect.any(String)
    const hint = `${system} · production`
    expect(await find(changeId)).toEqual([{ kind: 'change', id: changeId, title, hint }])
    for (const q of [recordId, recordId.replaceAll('-', '').slice(0, 30).toUpperCase()])
      expect(await find(q)).toEqual([{ kind: 'record', id: recordId, title, hint }])
  })

  test('finds people by their names, without addresses, for who may list members', async () => {
    const me = await server.expectOk<{ name: string }>({ path: '/v1/me', token: author.token })
    const people = (await find(me.name)).filter(({ kind }) => kind === 'person')
    expect(people).toContainEqual({ kind: 'person', id: author.accountId, title: me.name, hint: 'member' })
    expect(JSON.stringify(people)).not.toContain('@')
    const { key } = await server.addKey(author, ['change:read'])
    expect((await find(me.name, key)).filter(({ kind }) => kind === 'person')).toEqual([])
    expect(await find('palette-bot', key)).toEqual([])
  })

  test('finds eight of each kind at most, the newest, and nothing of another tenant', async () => {
    const story = await beginStory(server, { author, approver }, 'eight')
    for (let nth = 1; nth <= 9; nth += 1)
      await story.post('/v1/changes', { system: 'eight', title: `Ninefold ${nth}`, changeTypes: ['data'] })
    expect((await find('ninefold')).map(({ title }) => title)).toEqual(
      [9, 8, 7, 6, 5, 4, 3, 2].map((nth) => `Ninefold ${nth}`),
    )
    const other = await server.addPerson(await server.addTenant('elsewhere'), 'admin')
    expect(await find('ninefold', other.token)).toEqual([])
  })
})
