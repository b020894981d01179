import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { axeViolations, type ConsoleUnderTest, signInBy, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
beforeAll(async () => {
  console = await startConsole()
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })

describe('signing in', () => {
  test('a wrong password is refused in words, and the right one leads to where one wanted to go', async () => {
    const person = await console.addPerson('member')
    const page = await console.open()
    await page.goto(`${console.origin}/changes?view=all&q=gpt`)
    await heading(page, 'Sign in').waitFor()
    await signInBy(page, { ...person, password: 'not the password' })
    await page.getByRole('alert').filter({ hasText: 'is wrong' }).waitFor()
    await page.getByLabel('Password').fill(person.password)
    await page.keyboard.press('Enter')
    await heading(page, 'Changes').waitFor()
    expect(new URL(page.url()).search).toBe('?view=all&q=gpt')
    await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('gpt')
  })

  test.each([
    ['https://evil.example/', '/'],
    ['//evil.example/x', '/'],
    ['/\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/changes?view=mine', '/changes?view=mine'],
  ])('an address that asks to go on to %s goes on to %s', async (returnTo, expected) => {
    const person = await console.addPerson('viewer')
    const page = await console.open()
    await page.goto(`${console.origin}/sign-in?${new URLSearchParams({ returnTo }).toString()}`)
    await signInBy(page, person)
    await page.waitForURL((url) => url.pathname !== '/sign-in')
    const { origin, pathname, search } = new URL(page.url())
    expect([origin, `${pathname}${search}`]).toEqual([console.origin, expected])
  })

  test('P3.2: no script of the page can read what the session rests on', async () => {
    const page = await console.openAs(await console.addPerson('admin'))
    const seen = await page.evaluate<string>(
      'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])',
    )
    const cookies = await page.context().cookies()
    expect(cookies.length).toBeGreaterThan(0)
    for (const { value, httpOnly, sameSite } of cookies) {
      expect(seen).not.toContain(value)
      expect([httpOnly, sameSite]).toEqual([true, 'Strict'])
    }
  })

  test('P3.2: no answer to the page holds a token', async () => {
    const person = await console.addPerson('member')
    const page = await console.open()
    const answers: Promise<string>[] = []
    page.on('response', (answer) => {
      if (new URL(answer.url()).pathname.startsWith('/v1/session')) answers.push(answer.text().catch(() => ''))
    })
    await page.goto(`${console.origin}/sign-in`)
    await signInBy(page, person)
    await heading(page, /waits? for you/).waitFor()
    const texts = await Promise.all(answers)
    expect(texts.some((text) => text.includes('accessTokenExpiresAt'))).toBe(true)
    for (const text of texts) expect(text).not.toMatch(/"accessToken"|refreshHandle/)
  })

  test('P3.2: a session that ends elsewhere is asked for over the page, and what was typed is kept', async () => {
    const person = await console.addPerson('member')
    const page = await console.openAs(person)
    await page.goto(`${console.origin}/changes/new`)
    await page.getByLabel('What changes').fill('A longer context for refunds')
    await page.getByLabel('System', { exact: true }).fill('support-bot')
    await page.getByLabel('prompt', { exact: true }).check()
    await console.server.owner.query('update session set revoked_at = now() where account_id = $1', [person.accountId])
    await page.getByRole('button', { name: 'Record the change' }).click()
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.waitFor()
    await signInBy(page, person)
    await dialog.waitFor({ state: 'hidden' })
    expect(await page.getByLabel('What changes').inputValue()).toBe('A longer context for refunds')
    await page.getByRole('button', { name: 'Record the change' }).click()
    await heading(page, 'A longer context for refunds').waitFor()
  })

  test('signing out in one tab ends it in the other', async () => {
    const page = await console.openAs(await console.addPerson('member'))
    const other = await page.context().newPage()
    await other.goto(`${console.origin}/systems`)
    await heading(other, 'Systems').waitFor()
    await page.goto(`${console.origin}/settings`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await heading(page, 'Sign in').waitFor()
    await expect.poll(() => other.getByRole('dialog', { name: 'Your session has ended' }).isVisible()).toBe(true)
  })
})

describe('a fresh proof', () => {
  test('is asked for in place after a while, and what was begun goes on by itself', async () => {
    const person = await console.addPerson('member')
    const page = await console.openAs(person)
    await console.server.owner.query(
      `update session set authenticated_at = now() - interval '1 hour' where account_id = $1`,
      [person.accountId],
    )
    await page.goto(`${console.origin}/settings/keys`)
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('ci-deploy')
    await page.getByRole('button', { name: 'Make the key' }).click()
    const proof = page.getByRole('dialog', { name: 'Show again that it is you' })
    await proof.getByLabel('Password').fill('wrong')
    await proof.getByRole('button', { name: 'Go on' }).click()
    await proof.getByRole('alert').waitFor()
    await proof.getByLabel('Password').fill(person.password)
    await proof.getByRole('button', { name: 'Go on' }).click()
    const made = page.getByRole('dialog', { name: 'The key “ci-deploy”' })
    await made.waitFor()
    expect((await made.locator('code').innerText()).length).toBeGreaterThan(30)
    await made.getByRole('button', { name: 'I have kept it' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Revoke ci-deploy' }).isVisible()).toBe(true)
  })
})

describe('an invitation', () => {
  test('leads in by its address, whose code leaves the address at once', async () => {
    const admin = await console.openAs(await console.addPerson('admin'))
    await admin.goto(`${console.origin}/settings/members`)
    await admin.getByRole('button', { name: 'Invite a person' }).click()
    await admin.getByLabel('E-mail address').fill('cleo@example.com')
    await admin.getByRole('button', { name: 'Invite', exact: true }).click()
    const address = await admin.getByRole('dialog', { name: 'Invited cleo@example.com' }).locator('code').innerText()
    const page = await console.open()
    await page.goto(address)
    await expect.poll(() => new URL(page.url()).hash).toBe('')
    await page.getByLabel('Your name').fill('Cleo')
    await page.getByLabel('Password').fill('a lantern in the violet harbour')
    await page.getByRole('button', { name: 'Come in' }).click()
    await heading(page, /waits? for you, Cleo/).waitFor()
  })
})

describe('what a browser keeps apart', () => {
  test('P3.2: the page can’t be framed by another site', async () => {
    const answer = await fetch(`${console.origin}/changes`, { headers: { accept: 'text/html' } })
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(answer.headers.get('content-security-policy')).toContain("trusted-types 'none'")
  })

  test('P3.2: a form of another site changes nothing, with the cookies of somebody who is signed in', async () => {
    const page = await console.openAs(await console.addPerson('admin'))
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${console.origin}/v1/systems`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'cross-site', 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: JSON.stringify({ name: 'evil', title: 'Evil' }),
    })
    expect(answer.status).toBe(403)
  })
})

test.each([
  ['light', 1440],
  ['dark', 390],
] as const)('the pages before a session break no rule of WCAG: %s, %i px', async (colorScheme, width) => {
  const page = await console.open({ colorScheme, viewport: { width, height: 900 } })
  for (const path of ['/sign-in', '/setup', '/invitation', '/reset', '/reset#code=K7QMZ-4TRXB-9WFHC-2NPDG']) {
    await page.goto(`${console.origin}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await axeViolations(page), path).toEqual([])
  }
})
