import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { settings, users } from '../../packages/server/testing/federation-fixture.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { startOidcProvider, type TestOidcProvider } from '../../packages/testing/src/index.ts'
import { axeViolations, type ConsoleUnderTest, signInBy, startConsole } from './console-page.ts'

// Signing in with a company's provider, a real one; and setting it up.

let console: ConsoleUnderTest
let provider: TestOidcProvider
let admin: Person
beforeAll(async () => {
  console = await startConsole()
  admin = await console.addPerson('admin', 'Root')
  provider = await startOidcProvider({
    redirectUris: [`${console.origin}/v1/oidc/callback`],
    users: users.map((it) => ({ ...it })),
  })
  const { issuer, client } = provider
  const body = { ...settings, issuer, clientId: client.id, clientSecret: client.secret }
  await console.server.expectOk({ method: 'POST', path: '/v1/identity-providers', token: admin.token, body })
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  // A browser that signs in goes there, and nowhere else.
  expect(console.faults().filter((fault) => fault !== `request to ${provider.issuer}`)).toEqual([])
})
afterAll(async () => {
  await console.close()
  await provider.stop()
})

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })

async function signInAt(page: Page, path: string, subject: string): Promise<void> {
  provider.actAs(subject)
  await page.goto(`${console.origin}${path}`)
  await heading(page, 'Sign in').waitFor()
  await page.getByText('You belong to several workspaces').click()
  await page.getByLabel('Workspace').fill('acme')
  await page.getByRole('link', { name: 'Sign in with Corp' }).click()
}

describe('signing in with the company’s provider', () => {
  test('P3.4: leads back to where one wanted to go, in the role that the groups give', async () => {
    const page = await console.open()
    await signInAt(page, '/changes?view=all&q=refunds', 'ada')
    await heading(page, 'Changes').waitFor()
    expect(new URL(page.url()).search).toBe('?view=all&q=refunds')
    await page.goto(`${console.origin}/settings/profile`)
    await page.getByText('approver: decides on what others propose').waitFor()
  })

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example'])(
    'goes on to no other place, whatever the address says: %s',
    async (returnTo) => {
      const page = await console.open()
      await signInAt(page, `/sign-in?${new URLSearchParams({ returnTo }).toString()}`, 'ada')
      await heading(page, /waits? for you/).waitFor()
      expect(new URL(page.url()).origin).toBe(console.origin)
    },
  )

  test('P3.2: a session planted beforehand isn’t the one that begins', async () => {
    const planted = (await console.addPerson('viewer')).session
    const page = await console.open()
    const cookie = { name: 'afterai_session', value: planted.accessToken, url: console.origin }
    await signInAt(page, '/sign-in', 'bo')
    await heading(page, /waits? for you/).waitFor()
    await page.context().clearCookies()
    await page.context().addCookies([cookie])
    await page.goto(`${console.origin}/v1/oidc/${await providerId()}/start?returnTo=/settings/profile`)
    await page.getByText('member: records, assesses, proposes').waitFor()
    expect((await page.context().cookies()).map(({ value }) => value)).not.toContain(planted.accessToken)
  })

  test('who the provider doesn’t let in is told so on a page', async () => {
    const page = await console.open()
    await signInAt(page, '/sign-in', 'cy')
    await page
      .getByText(/not let in|isn’t let in|nobody|group/i)
      .first()
      .waitFor()
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain('afterai_session')
  })

  test('P3.4: a fresh proof is the provider’s to give: it comes back to the same address, and what was begun can be done', async () => {
    const page = await console.open()
    await signInAt(page, '/settings/keys', 'ada')
    await heading(page, 'API keys').waitFor()
    await console.server.owner.query(
      `update session set authenticated_at = now() - interval '1 hour' where provider_id is not null`,
    )
    const make = async (name: string) => {
      await page.getByRole('button', { name: 'Make a key' }).click()
      await page.getByRole('textbox', { name: 'Name' }).fill(name)
      await page.getByRole('button', { name: 'Make the key' }).click()
    }
    await make('before')
    const proof = page.getByRole('dialog', { name: 'Show again that it is you' })
    await proof.getByRole('link', { name: 'Go to your provider' }).waitFor()
    expect(await proof.getByLabel('Password').count()).toBe(0)
    expect(await axeViolations(page)).toEqual([])
    const came = page.waitForEvent('load')
    await proof.getByRole('link', { name: 'Go to your provider' }).click()
    await came
    await heading(page, 'API keys').waitFor()
    expect(new URL(page.url()).pathname).toBe('/settings/keys')
    await make('after')
    await page.getByRole('dialog', { name: 'The key “after”' }).waitFor()
  })

  test('signing out can sign out at the provider too, and who came by password isn’t asked', async () => {
    const page = await console.open()
    await signInAt(page, '/settings/profile', 'bo')
    // The provider's own page isn't ours to hold to our rules.
    await page.route(`${provider.issuer}/session/end**`, (route) => route.fulfill({ body: 'signed out there' }))
    await page.getByRole('button', { name: 'Sign out at your provider too' }).click()
    await page.waitForURL((url) => url.origin === provider.issuer)
    expect((await page.context().cookies(console.origin)).map(({ name }) => name)).not.toContain('afterai_session')
    const root = await console.openAs(admin)
    await root.goto(`${console.origin}/settings/profile`)
    await root.getByRole('button', { name: 'Sign out' }).waitFor()
    await root.waitForLoadState('networkidle')
    expect(await root.getByRole('button', { name: 'Sign out at your provider too' }).count()).toBe(0)
  })

  test('a proof that is declined does nothing', async () => {
    const page = await console.open()
    await signInAt(page, '/settings/keys', 'ada')
    await heading(page, 'API keys').waitFor()
    await console.server.owner.query(
      `update session set authenticated_at = now() - interval '1 hour' where provider_id is not null`,
    )
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('declined')
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByRole('dialog', { name: 'Show again' }).getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('alert').filter({ hasText: 'Show again that it is you' }).waitFor()
    const { rows } = await console.server.owner.query(`select 1 from api_key where name = 'declined'`)
    expect(rows).toEqual([])
  })
})

async function providerId(): Promise<string> {
  const { rows } = await console.server.owner.query<{ id: string }>('select id from identity_provider')
  return rows[0]?.id ?? ''
}

describe('the providers of a workspace', () => {
  async function open(): Promise<Page> {
    const page = await console.openAs(admin)
    await page.goto(`${console.origin}/settings/providers`)
    await page.getByRole('heading', { name: 'Break-glass accounts' }).waitFor()
    return page
  }

  test('are tested step by step', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Test the connection to Corp' }).click()
    await page.getByText(`It answers, and is ${provider.issuer}`).waitFor()
    await page.getByText(`People sign in at ${provider.issuer}/auth`).waitFor()
    expect(await axeViolations(page)).toEqual([])
  })

  test('are changed: a group gives another role, and the secret that isn’t typed stays', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Change Corp' }).click()
    const dialog = page.getByRole('dialog', { name: 'Change Corp' })
    expect(await dialog.getByLabel('Issuer').getAttribute('readonly')).not.toBeNull()
    expect(await dialog.getByLabel('Client secret').inputValue()).toBe('')
    await dialog.getByRole('button', { name: 'Add a group' }).click()
    await dialog.getByLabel('Group 4', { exact: true }).fill('watchers')
    await dialog.getByLabel('Role of group 4').selectOption('viewer')
    expect(await axeViolations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('watchers → viewer').waitFor()
    const again = await console.open()
    await signInAt(again, '/sign-in', 'ada')
    await heading(again, /waits? for you/).waitFor()
  })

  test('one that doesn’t answer is refused in words, and nothing is kept', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Add a provider' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add an identity provider' })
    await dialog.getByLabel('Name', { exact: true }).fill('Nowhere')
    await dialog.getByLabel('Issuer').fill('http://127.0.0.1:9')
    await dialog.getByLabel('Client id').fill('afterai')
    await dialog.getByLabel('Client secret').fill('a secret')
    await dialog.getByRole('button', { name: 'Ask it and add it' }).click()
    await dialog.getByRole('alert').waitFor()
    const { rows } = await console.server.owner.query(`select 1 from identity_provider where name = 'Nowhere'`)
    expect(rows).toEqual([])
    expect(console.faults().filter((fault) => !/ (400|422|502|503|424) /.test(fault))).toEqual([])
  })

  test('show who is linked, and link somebody by hand', async () => {
    await console.addPerson('member', 'Zoe')
    const ada = await console.open()
    await signInAt(ada, '/sign-in', 'ada')
    await heading(ada, /waits? for you/).waitFor()
    const page = await open()
    await page.getByRole('button', { name: 'Linked identities of Corp' }).click()
    const dialog = page.getByRole('dialog', { name: 'Linked identities of Corp' })
    await dialog.getByRole('rowheader').filter({ hasText: 'Ada' }).waitFor()
    await dialog.getByLabel('Subject').fill('zoe-at-corp')
    const option = await dialog.locator('option').filter({ hasText: 'Zoe' }).first().getAttribute('value')
    await dialog.getByLabel('Is here').selectOption(option)
    await dialog.getByRole('button', { name: 'Link them' }).click()
    await dialog.getByRole('rowheader').filter({ hasText: 'zoe-at-corp' }).waitFor()
    expect(await dialog.getByLabel('Subject').inputValue()).toBe('')
  })

  test('can be the only way in once an administrator may do without: a password is then refused, theirs isn’t', async () => {
    await console.server.owner.query('update identity_provider set enforced = false')
    await console.server.owner.query('update membership set break_glass = false')
    const page = await open()
    const enforce = async () => {
      await page.getByRole('button', { name: 'Make it the only way in' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Make it the only way in' }).click()
    }
    await enforce()
    await page.getByRole('alert').filter({ hasText: 'break-glass' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    const option = await page.locator('option').filter({ hasText: 'Root' }).getAttribute('value')
    await page.getByLabel('Another administrator').selectOption(option)
    await page.getByRole('button', { name: 'Let them in without it' }).click()
    await page.getByRole('button', { name: 'Take it from Root' }).waitFor()
    await enforce()
    await page.getByText('The only way in', { exact: true }).waitFor()
    const member = await console.open()
    const refused = await addOutsider()
    await member.goto(`${console.origin}/sign-in?tenant=acme`)
    await signInBy(member, refused)
    await member.getByRole('alert').filter({ hasText: 'identity provider' }).waitFor()
    expect(await member.context().cookies()).toEqual([])
    await page.getByRole('button', { name: 'Allow other ways in' }).click()
    await page.getByRole('button', { name: 'Allow them' }).click()
    await page.getByRole('button', { name: 'Make it the only way in' }).waitFor()
    await signInBy(member, refused)
    await heading(member, /waits? for you/).waitFor()
  })

  /** A member who never signed in: their person is made without a session, which an enforced provider refuses. */
  async function addOutsider(): Promise<Pick<Person, 'email' | 'password'>> {
    const invitation = await console.server.expectOk<{ code: string }>({
      method: 'POST',
      path: '/v1/invitations',
      token: admin.token,
      body: { email: 'outsider@elsewhere.example', role: 'member' },
    })
    const password = 'a lantern in the violet harbour'
    await console.server.owner.query('update identity_provider set enforced = false')
    await console.server.send({
      method: 'POST',
      path: '/v1/invitations/accept',
      body: { code: invitation.code, name: 'Outsider', password },
    })
    await console.server.owner.query('update identity_provider set enforced = true')
    return { email: 'outsider@elsewhere.example', password }
  }
})
