import { afterAll, beforeAll, expect, test } from 'vitest'
import { callBack, type FederatedServer, startFederatedServer } from './federation-fixture.ts'
import { openBrowser } from './browser-client.ts'

let it: FederatedServer

beforeAll(async () => {
  it = await startFederatedServer()
})
afterAll(() => it.stop())

test('P3.4: a person of the company signs in with its provider and has the role of their group', async () => {
  const { status, location, token, browser } = await it.signIn('ada')
  expect([status, location]).toEqual([303, '/'])
  expect((await it.me(token)).body).toMatchObject({ role: 'approver', name: 'Ada', tenant: { slug: 'acme' } })
  expect(browser.cookies.has('afterai_refresh')).toBe(true)
})
