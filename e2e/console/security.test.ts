import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { codeOf } from '../../packages/server/testing/factors.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, signInBy, startConsole } from './console-page.ts'
import { addVirtualAuthenticator } from './virtual-authenticator.ts'

let console: ConsoleUnderTest
beforeAll(async () => {
  console = await startConsole()
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

const home = (page: Page) => page.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()

async function openSecurity(person: Person): Promise<Page> {
  const page = await console.openAs(person)
  await page.goto(`${console.origin}/settings/security`)
  await page.getByRole('heading', { name: 'Passkeys' }).waitFor()
  return page
}

/** Signs out by the page, which keeps the browser and what it holds. */
async function signOut(page: Page): Promise<void> {
  await page.goto(`${console.origin}/settings/profile`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
}

/** The proof of a session grows old, as it does after a while. */
async function age(person: Person): Promise<void> {
  await console.server.owner.query(
    `update session set authenticated_at = now() - interval '1 hour' where account_id = $1`,
    [person.accountId],
  )
}

async function enrol(page: Page): Promise<{ secret: string; codes: string[] }> {
  await page.getByRole('button', { name: 'Set up' }).click()
  const dialog = page.getByRole('dialog', { name: 'Set up an authenticator app' })
  const link = dialog.getByRole('link', { name: 'Open an app on this device' })
  const uri = new URL((await link.getAttribute('href')) ?? '')
  const secret = uri.searchParams.get('secret') ?? ''
  expect((await dialog.locator('code').innerText()).replaceAll(' ', '')).toBe(secret)
  await dialog.getByRole('img', { name: 'The secret as a QR code' }).waitFor()
  expect(await axeViolations(page)).toEqual([])
  await dialog.getByLabel('The code that it shows').fill(codeOf(secret, 0))
  await dialog.getByRole('button', { name: 'Confirm the code' }).click()
  return { secret, codes: await keepCodes(page) }
}

async function keepCodes(page: Page): Promise<string[]> {
  const dialog = page.getByRole('dialog', { name: 'Your recovery codes' })
  await dialog.waitFor()
  const codes = await dialog.getByRole('listitem').allInnerTexts()
  await page.keyboard.press('Escape')
  expect(await dialog.isVisible()).toBe(true)
  await dialog.getByRole('button', { name: 'Copy all' }).click()
  await dialog.getByText('Copied').waitFor()
  const saved = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Save as a file' }).click()
  const file = await saved
  expect(file.suggestedFilename()).toBe('afterai-recovery-codes.txt')
  expect(await readFile(await file.path(), 'utf8')).toBe(`${codes.join('\n')}\n`)
  await dialog.getByRole('button', { name: 'I have kept them' }).click()
  await dialog.waitFor({ state: 'hidden' })
  return codes
}

async function forgetUsedCodes({ accountId }: Person): Promise<void> {
  await console.server.owner.query('update totp set last_step = 0, failures = 0 where account_id = $1', [accountId])
}

describe('an authenticator app', () => {
  test('P3.4: is set up by its code; signing in then asks for one, and a recovery code lets in once', async () => {
    const person = await console.addPerson('member')
    const page = await openSecurity(person)
    const { secret, codes } = await enrol(page)
    expect(codes.length).toBe(10)
    await page.getByText('Signing in with your password asks for its code').waitFor()
    await signOut(page)

    await forgetUsedCodes(person)
    await signInBy(page, person)
    await page.getByLabel('Code of your authenticator').fill('000000')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'second factor is not valid' }).waitFor()
    await page.getByLabel('Code of your authenticator').fill(codeOf(secret, 0))
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await home(page)
    await signOut(page)

    const [code = ''] = codes
    const recover = async () => {
      await signInBy(page, person)
      await page.getByRole('button', { name: 'Use a recovery code' }).click()
      await page.getByLabel('Recovery code').fill(code)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    }
    await recover()
    await home(page)
    await signOut(page)
    await recover()
    await page.getByRole('alert').filter({ hasText: 'second factor is not valid' }).waitFor()
  })

  test('its secret is in no address, no storage and no page once the dialog is closed', async () => {
    const page = await openSecurity(await console.addPerson('member'))
    const { secret } = await enrol(page)
    const kept = await page.evaluate<string>(
      'JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML])',
    )
    expect(kept.replaceAll(' ', '')).not.toContain(secret)
  })

  test('is removed after a fresh proof in place, of password and code together', async () => {
    const person = await console.addPerson('member')
    const page = await openSecurity(person)
    const { secret } = await enrol(page)
    await age(person)
    await page.getByRole('button', { name: 'Remove the authenticator app' }).click()
    await page.getByRole('button', { name: 'Remove the app' }).click()
    const proof = page.getByRole('dialog', { name: 'Show again that it is you' })
    await proof.getByLabel('Password').fill(person.password)
    await proof.getByRole('button', { name: 'Go on' }).click()
    await proof.getByRole('alert').filter({ hasText: 'second factor' }).waitFor()
    await forgetUsedCodes(person)
    await proof.getByLabel('Code of your authenticator').fill(codeOf(secret, 0))
    await proof.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('Not set up.').waitFor()
    expect(await page.getByText('Recovery codes').count()).toBe(0)
  })

  test('a wrong first code is refused in place, and the right one still confirms', async () => {
    const page = await openSecurity(await console.addPerson('member'))
    await page.getByRole('button', { name: 'Set up' }).click()
    const dialog = page.getByRole('dialog', { name: 'Set up an authenticator app' })
    const secret = (await dialog.locator('code').innerText()).replaceAll(' ', '')
    await dialog.getByLabel('The code that it shows').fill(codeOf(secret, 40))
    await dialog.getByRole('button', { name: 'Confirm the code' }).click()
    await dialog.getByRole('alert').waitFor()
    await dialog.getByLabel('The code that it shows').fill(codeOf(secret, 0))
    await dialog.getByRole('button', { name: 'Confirm the code' }).click()
    expect((await keepCodes(page)).length).toBe(10)
  })

  test('recovery codes are renewed: those from before let nobody in', async () => {
    const person = await console.addPerson('member')
    const page = await openSecurity(person)
    const { codes: before } = await enrol(page)
    await page.getByRole('button', { name: 'Renew the recovery codes' }).click()
    await page.getByRole('button', { name: 'Make new codes' }).click()
    const after = await keepCodes(page)
    expect(after.filter((code) => before.includes(code))).toEqual([])
    await signOut(page)
    await signInBy(page, person)
    await page.getByRole('button', { name: 'Use a recovery code' }).click()
    await page.getByLabel('Recovery code').fill(before[0] ?? '')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').filter({ hasText: 'second factor is not valid' }).waitFor()
    await page.getByLabel('Recovery code').fill(after[0] ?? '')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await home(page)
  })
})

describe('a passkey', () => {
  async function addPasskey(page: Page, name: string): Promise<void> {
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill(name)
    await page.getByRole('button', { name: 'Add the passkey' }).click()
  }

  test('P3.4: is added, signs in alone, is a second factor, is renamed and removed', async () => {
    const person = await console.addPerson('member')
    const page = await openSecurity(person)
    const authenticator = await addVirtualAuthenticator(page)
    await addPasskey(page, 'Work laptop')
    expect((await keepCodes(page)).length).toBe(10)
    await page.getByRole('rowheader', { name: 'Work laptop' }).waitFor()
    expect(await authenticator.count()).toBe(1)
    // A browser that offers none where the address is typed: there the button is the way.
    await page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = async () => false')
    await signOut(page)

    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await home(page)
    await signOut(page)

    await signInBy(page, person)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await home(page)

    await page.goto(`${console.origin}/settings/security`)
    await page.getByRole('button', { name: 'Rename Work laptop' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Old laptop')
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByRole('button', { name: 'Remove Old laptop' }).click()
    await page.getByRole('button', { name: 'Remove the passkey' }).click()
    await page.getByText('There are none. A passkey').waitFor()
    await signOut(page)

    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByRole('alert').waitFor()
    expect(new URL(page.url()).pathname).toBe('/sign-in')
  })

  test('P3.4: is offered where the address is typed, and picked there signs in alone', async () => {
    const person = await console.addPerson('member')
    const page = await openSecurity(person)
    await addVirtualAuthenticator(page)
    await addPasskey(page, 'Work laptop')
    await keepCodes(page)
    await page.addInitScript(`
      const get = navigator.credentials.get.bind(navigator.credentials)
      navigator.credentials.get = (options) => {
        sessionStorage.setItem('asked', options.mediation + ' ' + (options.signal instanceof AbortSignal))
        return get(options)
      }`)
    // The authenticator picks at once what it is offered: nobody types or presses anything.
    await signOut(page)
    await home(page)
    expect(await page.evaluate(`sessionStorage.getItem('asked')`)).toBe('conditional true')
  })

  test('P3.4: is asked for by its button, which takes the offer back: a browser asks for one at a time', async () => {
    const person = await console.addPerson('member')
    const page = await openSecurity(person)
    await addVirtualAuthenticator(page)
    await addPasskey(page, 'Work laptop')
    await keepCodes(page)
    // An offer that nobody picks from, and a browser that takes no second question while it stands.
    await page.addInitScript(`
      const get = navigator.credentials.get.bind(navigator.credentials)
      globalThis.offers = 0
      navigator.credentials.get = (options) => {
        if (options.mediation !== 'conditional') return offers === 0 ? get(options) : Promise.reject(new Error('pending'))
        offers += 1
        return new Promise((_, reject) =>
          options.signal.addEventListener('abort', () => {
            offers -= 1
            reject(options.signal.reason)
          }),
        )
      }`)
    await signOut(page)
    await expect.poll(() => page.evaluate('offers')).toBe(1)
    expect(await page.getByLabel('E-mail address').getAttribute('autocomplete')).toBe('username webauthn')
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await home(page)
  })

  test('of a device that doesn’t confirm its holder is not added', async () => {
    const page = await openSecurity(await console.addPerson('member'))
    const authenticator = await addVirtualAuthenticator(page)
    await authenticator.verifies(false)
    await addPasskey(page, 'A stranger’s')
    await page.getByRole('alert').filter({ hasText: 'No passkey was made' }).waitFor()
    expect(await authenticator.count()).toBe(0)
  })

  test('of a device that has one already is refused in words', async () => {
    const page = await openSecurity(await console.addPerson('member'))
    const authenticator = await addVirtualAuthenticator(page)
    await addPasskey(page, 'The first')
    await keepCodes(page)
    await addPasskey(page, 'The second')
    await page.getByRole('alert').filter({ hasText: 'has a passkey for your account already' }).waitFor()
    expect(await authenticator.count()).toBe(1)
  })

  test('is a fresh proof in place', async () => {
    const person = await console.addPerson('admin')
    const page = await openSecurity(person)
    await addVirtualAuthenticator(page)
    await addPasskey(page, 'Work laptop')
    const before = await keepCodes(page)
    await age(person)
    await page.getByRole('button', { name: 'Renew the recovery codes' }).click()
    await page.getByRole('button', { name: 'Make new codes' }).click()
    const proof = page.getByRole('dialog', { name: 'Show again that it is you' })
    await proof.getByRole('button', { name: 'Use a passkey' }).click()
    expect((await keepCodes(page)).filter((code) => before.includes(code))).toEqual([])
  })
})

describe('the password', () => {
  test('is changed by the one before it, and the other sessions end', async () => {
    const person = await console.addPerson('member')
    const other = await console.openAs(person)
    const page = await openSecurity(person)
    const change = async (current: string, next: string) => {
      await page.getByLabel('Current password').fill(current)
      await page.getByLabel('New password').fill(next)
      await page.getByRole('button', { name: 'Change it' }).click()
    }
    await page.getByRole('button', { name: 'Change the password' }).click()
    await change('not the password at all', 'a harbour of violet lanterns')
    await page.getByRole('alert').filter({ hasText: 'the current password is wrong' }).waitFor()
    await change(person.password, 'passwordpassword')
    await page.getByText('is easy to guess').or(page.getByText('guessers try first')).first().waitFor()
    await change(person.password, 'a harbour of violet lanterns')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await other.goto(`${console.origin}/changes`)
    await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await signInBy(other, { ...person, password: 'a harbour of violet lanterns' })
    await other.getByRole('heading', { level: 1, name: 'Changes' }).waitFor()
    expect((await console.server.send({ path: '/v1/me', token: person.token })).status).toBe(401)
  })

  test('one wrong guess of it is counted once', async () => {
    const person = await console.addPerson('member')
    const page = await openSecurity(person)
    const asked: string[] = []
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`))
    await page.getByRole('button', { name: 'Change the password' }).click()
    await page.getByLabel('Current password').fill('not the password at all')
    await page.getByLabel('New password').fill('a harbour of violet lanterns')
    await page.getByRole('button', { name: 'Change it' }).click()
    await page.getByRole('alert').waitFor()
    expect(asked.filter((it) => it === 'PUT /v1/password' || it.includes('refresh'))).toEqual(['PUT /v1/password'])
  })
})
