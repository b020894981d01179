import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  codeIn,
  mailUser,
  type MailServer,
  makeCertificate,
  type ReceivedMail,
  startMailServer,
} from '../../packages/server/testing/mail-server.ts'
import { axeViolations, type ConsoleUnderTest, signInBy, startConsole } from './console-page.ts'

// The ways in that begin somewhere else: in a terminal, in a mail.

let console: ConsoleUnderTest
let mails: MailServer
beforeAll(async () => {
  const certificate = await makeCertificate()
  mails = await startMailServer({ certificate })
  console = await startConsole((publicUrl) => ({
    mail: {
      url: `smtp://${mailUser.user}:${mailUser.password}@localhost:${mails.port}`,
      from: 'afterai@acme.example',
      ca: certificate.cert,
      tlsRequired: true,
      publicUrl,
    },
  }))
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(async () => {
  await console.close()
  await mails.stop()
})

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name })

interface Begun {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUri: string
}
const begin = (clientLabel = 'afterai on build-host') =>
  console.server.expectOk<Begun>({ method: 'POST', path: '/v1/device-authorizations', body: { clientLabel } })

async function poll({ deviceCode }: Begun) {
  // The server slows down who asks too often; a terminal waits five seconds, a test makes them pass.
  await console.server.owner.query(`update device_authorization set polled_at = now() - interval '1 minute'`)
  return console.server.send<{ code?: string; accessToken?: string }>({
    method: 'POST',
    path: '/v1/device-authorizations/token',
    body: { deviceCode },
  })
}

async function mailTo(address: string): Promise<ReceivedMail> {
  await expect
    .poll(() => mails.received.filter(({ recipients }) => recipients.includes(address)).length, { timeout: 20_000 })
    .toBeGreaterThan(0)
  return mails.received.findLast(({ recipients }) => recipients.includes(address)) as ReceivedMail
}

/** The one page of ours that a mail names and ends so. */
function pageIn({ raw }: ReceivedMail, ending: string): string {
  const address = raw.replaceAll('=\r\n', '').match(/https?:\/\/\S+/g) ?? []
  return address.find((it) => it.endsWith(ending)) ?? ''
}

describe('a program that waits to be signed in', () => {
  test('is approved where its terminal leads to, after signing in, and gets the session of who approved', async () => {
    const person = await console.addPerson('member', 'Ada')
    const begun = await begin()
    expect(begun.verificationUri).toBe(`${console.origin}/device`)
    const page = await console.open()
    await page.goto(`${begun.verificationUri}?code=${begun.userCode}`)
    await heading(page, 'Sign in').waitFor()
    await signInBy(page, person)
    await heading(page, 'Sign in a program').waitFor()
    expect(await page.getByLabel('Code').inputValue()).toBe(begun.userCode)
    expect(await axeViolations(page)).toEqual([])
    expect((await poll(begun)).body.code).toBe('authorization_pending')
    await page.getByRole('button', { name: 'Go on' }).click()
    await heading(page, 'Sign this program in?').waitFor()
    const facts = await page.locator('dl').innerText()
    expect(facts).toContain('afterai on build-host')
    expect(facts).toContain('127.0.0.1')
    expect(facts).toContain('act as you, Ada, in Acme (member')
    expect(await axeViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Approve' }).click()
    await heading(page, 'Approved').waitFor()
    const { body } = await poll(begun)
    const me = await console.server.expectOk<{ accountId: string }>({ path: '/v1/me', token: body.accessToken })
    expect(me.accountId).toBe(person.accountId)
  })

  test('is denied and gets nothing', async () => {
    const begun = await begin('<img src=x onerror=alert(1)>')
    const page = await console.openAs(await console.addPerson('member'))
    await page.goto(`${console.origin}/device`)
    await page.getByLabel('Code').fill(begun.userCode.toLowerCase())
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('<img src=x onerror=alert(1)>').waitFor()
    await page.getByRole('button', { name: 'Deny' }).click()
    await heading(page, 'Denied').waitFor()
    expect((await poll(begun)).body.code).toBe('access_denied')
  })

  test('isn’t looked up, let alone approved, by a link alone', async () => {
    const begun = await begin()
    const page = await console.openAs(await console.addPerson('member'))
    const written: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') written.push(new URL(request.url()).pathname)
    })
    await page.goto(`${console.origin}/device?code=${begun.userCode}`)
    await heading(page, 'Sign in a program').waitFor()
    await page.waitForLoadState('networkidle')
    expect(written.filter((path) => path.includes('device'))).toEqual([])
  })

  test('a wrong code is refused in words and counted once', async () => {
    const person = await console.addPerson('member')
    const page = await console.openAs(person)
    await page.goto(`${console.origin}/device`)
    await page.getByLabel('Code').fill('BBBB-BBBB')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('alert').filter({ hasText: 'The code is not valid' }).waitFor()
    const { rows } = await console.server.owner.query(
      'select 1 from device_code_guess join session on session.id = session_id where account_id = $1',
      [person.accountId],
    )
    expect(rows.length).toBe(1)
  })

  test('is approved after a fresh proof in place', async () => {
    const person = await console.addPerson('member')
    const begun = await begin()
    const page = await console.openAs(person)
    await console.server.owner.query(
      `update session set authenticated_at = now() - interval '1 hour' where account_id = $1`,
      [person.accountId],
    )
    await page.goto(`${console.origin}/device?code=${begun.userCode}`)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('button', { name: 'Approve' }).click()
    const proof = page.getByRole('dialog', { name: 'Show again that it is you' })
    await proof.getByLabel('Password').fill(person.password)
    await proof.getByRole('button', { name: 'Go on' }).click()
    await heading(page, 'Approved').waitFor()
    expect((await poll(begun)).body.accessToken).toBeTypeOf('string')
  })
})

describe('a forgotten password', () => {
  test('is set anew by a code from a mail, on the page that the mail names', async () => {
    const person = await console.addPerson('member')
    const page = await console.open()
    await page.goto(`${console.origin}/sign-in`)
    await page.getByRole('link', { name: 'You forgot your password' }).click()
    await heading(page, 'A new password').waitFor()
    await page.getByLabel('E-mail address').fill(person.email)
    await page.getByRole('button', { name: 'Send a code' }).click()
    await heading(page, 'Look into your mail').waitFor()
    const mail = await mailTo(person.email)
    await page.goto(pageIn(mail, '/reset'))
    await page.getByRole('button', { name: 'I have a code' }).click()
    await page.getByLabel('Code').fill(codeIn(mail))
    await page.getByLabel('New password').fill('a harbour of violet lanterns')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await heading(page, 'Your password is changed').waitFor()
    expect(await page.context().cookies()).toEqual([])
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signInBy(page, { ...person, password: 'a harbour of violet lanterns' })
    await heading(page, /waits? for you/).waitFor()
  })

  test('who has no account is told the same', async () => {
    const page = await console.open()
    await page.goto(`${console.origin}/reset`)
    await page.getByLabel('E-mail address').fill('nobody@nowhere.example')
    await page.getByRole('button', { name: 'Send a code' }).click()
    await heading(page, 'Look into your mail').waitFor()
    expect(mails.received.filter(({ recipients }) => recipients.includes('nobody@nowhere.example'))).toEqual([])
  })

  test('a code in the address leaves it at once, and a wrong one changes nothing', async () => {
    const person = await console.addPerson('member')
    const page = await console.open()
    await page.goto(`${console.origin}/reset#code=K7QMZ-4TRXB-9WFHC-2NPDG`)
    await heading(page, 'Choose a new password').waitFor()
    expect(new URL(page.url()).hash).toBe('')
    expect(await page.getByLabel('Code').inputValue()).toBe('K7QMZ-4TRXB-9WFHC-2NPDG')
    await page.getByLabel('New password').fill('a harbour of violet lanterns')
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByRole('alert').filter({ hasText: 'The code is not valid' }).waitFor()
    await page.goto(`${console.origin}/sign-in`)
    await signInBy(page, person)
    await heading(page, /waits? for you/).waitFor()
  })
})

test('an invitation by mail leads to a page that takes its code', async () => {
  const { token } = console.server.admin
  const email = 'cleo@example.com'
  const body = { email, role: 'member' }
  await console.server.expectOk({ method: 'POST', path: '/v1/invitations', token, body })
  const mail = await mailTo(email)
  const page = await console.open()
  await page.goto(pageIn(mail, '/invitation'))
  await page.getByLabel('Invitation').fill(codeIn(mail))
  await page.getByLabel('Your name').fill('Cleo')
  await page.getByLabel('Password').fill('a lantern in the violet harbour')
  await page.getByRole('button', { name: 'Come in' }).click()
  await heading(page, /waits? for you, Cleo/).waitFor()
  expect(new URL(page.url()).pathname).toBe('/')
})

test.each(['/device?code=BCDF-GHJK', '/settings/security'])(
  'signing in leads back to %s, and a session planted beforehand isn’t the one that begins',
  async (path) => {
    const planted = (await console.addPerson('viewer')).session
    const person = await console.addPerson('admin')
    const page = await console.open()
    await page.context().addCookies([{ name: 'afterai_session', value: planted.accessToken, url: console.origin }])
    await console.server.owner.query('update session set revoked_at = now()')
    await page.goto(`${console.origin}${path}`)
    await heading(page, 'Sign in').waitFor()
    await signInBy(page, person)
    await page.waitForURL(`${console.origin}${path}`)
    const values = (await page.context().cookies()).map(({ value }) => value)
    expect(values).not.toContain(planted.accessToken)
    expect(values.length).toBeGreaterThan(0)
  },
)
