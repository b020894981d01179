import type { Dossier, Inbox, RecordView, Standings } from '@afterai/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedSample } from '../../src/sample/index.ts'
import { type Person, startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
let author: Person
let approver: Person
beforeAll(async () => {
  server = await startTestServer()
  const tenant = await server.addTenant('story')
  author = await server.addPerson(tenant, 'member')
  approver = await server.addPerson(tenant, 'approver')
  const origin = await server.http.listen({ host: '127.0.0.1', port: 0 })
  const { signal } = new AbortController()
  await seedSample({ origin, signal }, [
    { ...author, name: 'Ada', role: 'member' },
    { ...approver, name: 'Kofi', role: 'approver' },
  ])
})
afterAll(() => server.stop())

const read = <T>(path: string, by: Person) => server.expectOk<T>({ path, token: by.token })

test('the sample is one whole story: planned, measured, refused, sealed and closed', async () => {
  const { items: records } = await read<{ items: RecordView[] }>('/v1/records', author)
  expect(records).toHaveLength(1)
  const { items: changes } = await read<{ items: { id: string }[] }>('/v1/changes', author)
  expect(changes).toHaveLength(1)
  const dossier = await read<Dossier>(`/v1/changes/${changes[0]?.id}/dossier`, author)
  expect(dossier).toMatchObject({
    change: { status: 'confirmed', intent: 'proposed', risk: { severity: 'high' } },
    life: {
      stage: 'closed',
      decision: 'not_act',
      running: 'not_yet',
      closeCode: 'cancelled',
      waitsFor: null,
      next: null,
    },
    gate: null,
    decisions: [{ status: 'approved', approvals: [{ verdict: 'approve' }] }],
    records: [{ state: 'integrated' }],
  })
  expect(dossier.assessments).toHaveLength(1)
})

test('the sample leaves nothing to do for anybody, and what runs may run', async () => {
  for (const person of [author, approver]) expect((await read<Inbox>('/v1/inbox', person)).items).toEqual([])
  const standings = await read<Standings>('/v1/standings', author)
  expect(standings).toMatchObject({ ok: true, items: [{ standing: 'accepted_baseline', cause: 'accepted' }] })
})
