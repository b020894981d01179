import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, signInBy, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let admin: Person
let page: Page
beforeAll(async () => {
  console = await startConsole()
  admin = await console.addPerson('admin', 'Ada')
})
beforeEach(async () => {
  page = await console.openAs(admin)
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

async function manage(name: string) {
  await page.goto(`${console.origin}/settings/members`)
  await page.getByRole('button', { name: `Manage ${name}`, exact: true }).click()
  const dialog = page.getByRole('dialog', { name, exact: true })
  await dialog.waitFor()
  return dialog
}

/** Once the question is answered: what lies under a dialog is hidden from everybody, tests included. */
async function isGone(name: string): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await expect.poll(() => row(name).count()).toBe(0)
}

const row = (name: string) => page.getByRole('row').filter({ hasText: name })

describe('a person of the workspace', () => {
  test('is given another role, which holds at once', async () => {
    const bo = await console.addPerson('viewer', 'Bo')
    const dialog = await manage('Bo')
    expect(await axeViolations(page)).toEqual([])
    await dialog.getByLabel('Role').selectOption('approver')
    await dialog.getByRole('button', { name: 'Change the role' }).click()
    await page.getByText('Bo is approver now').waitFor()
    const me = await console.server.expectOk<{ role: string }>({ path: '/v1/me', token: bo.token })
    expect(me.role).toBe('approver')
  })

  test('is disabled and let in again', async () => {
    const cy = await console.addPerson('member', 'Cy')
    const theirs = await console.openAs(cy)
    const dialog = await manage('Cy')
    await dialog.getByRole('button', { name: 'Disable' }).click()
    await page.getByRole('button', { name: 'Disable Cy' }).click()
    await dialog.getByRole('button', { name: 'Let in again' }).waitFor()
    await theirs.goto(`${console.origin}/changes`)
    await theirs.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await signInBy(theirs, cy)
    await theirs.getByRole('alert').waitFor()
    await dialog.getByRole('button', { name: 'Let in again' }).click()
    await dialog.getByRole('button', { name: 'Disable' }).waitFor()
    await signInBy(theirs, cy)
    await theirs.getByRole('heading', { level: 1, name: 'Changes' }).waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await row('Cy').waitFor()
    expect(await row('Cy').getByText('Disabled').count()).toBe(0)
  })

  test('is removed, and their credentials end', async () => {
    const di = await console.addPerson('member', 'Di')
    const dialog = await manage('Di')
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Remove Di' }).click()
    await isGone('Di')
    expect((await console.server.send({ path: '/v1/me', token: di.token })).status).toBe(401)
  })

  test('has their sessions ended', async () => {
    const ed = await console.addPerson('member', 'Ed')
    const dialog = await manage('Ed')
    await dialog.getByRole('table', { name: 'Sessions' }).waitFor()
    await dialog.getByRole('button', { name: 'End their sessions' }).click()
    await dialog.getByText('None is open.').waitFor()
    expect((await console.server.send({ path: '/v1/me', token: ed.token })).status).toBe(401)
  })

  test('is offered a new password, by an address that works', async () => {
    const flo = await console.addPerson('member', 'Flo')
    const dialog = await manage('Flo')
    await dialog.getByRole('button', { name: 'Offer Flo a new password' }).click()
    const address = await dialog.locator('code').last().innerText()
    const theirs = await console.open()
    await theirs.goto(address)
    await expect.poll(() => new URL(theirs.url()).hash).toBe('')
    await theirs.getByLabel('New password').fill('a harbour of violet lanterns')
    await theirs.getByRole('button', { name: 'Change the password' }).click()
    await theirs.getByRole('link', { name: 'Sign in' }).click()
    await signInBy(theirs, { ...flo, password: 'a harbour of violet lanterns' })
    await theirs.getByRole('heading', { level: 1, name: /waits? for you/ }).waitFor()
  })

  test('is managed by nobody who may not', async () => {
    const member = await console.openAs(await console.addPerson('member'))
    await member.goto(`${console.origin}/settings/members`)
    await member.getByRole('table', { name: 'People' }).waitFor()
    expect(await member.getByRole('button', { name: /Manage|Invite/ }).count()).toBe(0)
    expect(await member.getByRole('table', { name: 'Invitations' }).count()).toBe(0)
  })
})

test('the last administrator stays one, and the page says what to do', async () => {
  const alone = await startConsole()
  const only = await alone.openAs(alone.server.admin)
  await only.goto(`${alone.origin}/settings/members`)
  await only.getByRole('button', { name: 'Manage First' }).click()
  const dialog = only.getByRole('dialog', { name: 'First' })
  await dialog.getByLabel('Role').selectOption('viewer')
  await dialog.getByRole('button', { name: 'Change the role' }).click()
  await dialog.getByRole('alert').filter({ hasText: 'Make another member an admin first' }).waitFor()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await only.getByRole('button', { name: 'Remove First' }).click()
  await only.getByRole('alert').filter({ hasText: 'A tenant keeps an administrator' }).waitFor()
  const { token } = alone.server.admin
  expect((await alone.server.expectOk<{ role: string }>({ path: '/v1/me', token })).role).toBe('admin')
  await alone.close()
})

test('what needs a fresh proof asks for it over the dialog, and goes on', async () => {
  await console.addPerson('member', 'Gus')
  const other = await console.addPerson('admin')
  page = await console.openAs(other)
  await console.server.owner.query(
    `update session set authenticated_at = now() - interval '1 hour' where account_id = $1`,
    [other.accountId],
  )
  const dialog = await manage('Gus')
  await dialog.getByLabel('Role').selectOption('auditor')
  await dialog.getByRole('button', { name: 'Change the role' }).click()
  const proof = page.getByRole('dialog', { name: 'Show again that it is you' })
  await proof.getByLabel('Password').fill(other.password)
  await proof.getByRole('button', { name: 'Go on' }).click()
  await page.getByText('Gus is auditor now').waitFor()
  expect(await dialog.isVisible()).toBe(true)
})

test('an invitation is sent again, which voids the code before, and revoked', async () => {
  await page.goto(`${console.origin}/settings/members`)
  await page.getByRole('button', { name: 'Invite a person' }).click()
  await page.getByLabel('E-mail address').fill('hal@example.com')
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const first = await page.getByRole('dialog').locator('code').innerText()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Invite hal@example.com again' }).click()
  const second = await page.getByRole('dialog').locator('code').innerText()
  expect(second).not.toBe(first)
  await page.getByRole('button', { name: 'Done' }).click()
  const accept = (address: string) =>
    console.server.send({
      method: 'POST',
      path: '/v1/invitations/accept',
      body: {
        code: new URLSearchParams(new URL(address).hash.slice(1)).get('code'),
        name: 'Hal',
        password: 'a lantern in the violet harbour',
      },
    })
  expect((await accept(first)).status).toBe(401)
  await page.getByRole('button', { name: 'Revoke hal@example.com' }).click()
  await page.getByRole('button', { name: 'Revoke it' }).click()
  await isGone('hal@example.com')
  expect((await accept(second)).status).toBe(401)
})

describe('a service account', () => {
  test('is made, changed, disabled, let in again and removed; its key follows', async () => {
    await page.goto(`${console.origin}/settings/service-accounts`)
    await page.getByText('There are none. A pipeline').waitFor()
    await page.getByRole('button', { name: 'Make a service account' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('ci')
    await page.getByRole('button', { name: 'Make it' }).click()
    await row('ci').waitFor()

    await page.goto(`${console.origin}/settings/keys`)
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('deploys')
    await page.getByLabel('What for').selectOption('read')
    await page.getByLabel('Whose').selectOption({ label: 'ci (service account, member)' })
    await page.getByRole('button', { name: 'Make the key' }).click()
    const key = await page.getByRole('dialog', { name: 'The key “deploys”' }).locator('code').innerText()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'I have kept it' }).click()
    const asKey = async () => (await console.server.send({ path: '/v1/systems', token: key })).status
    expect(await asKey()).toBe(200)

    await page.goto(`${console.origin}/settings/service-accounts`)
    await page.getByRole('button', { name: 'Change ci' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('ci-2')
    await page.getByLabel('Role').selectOption('viewer')
    await page.getByRole('button', { name: 'Save' }).click()
    await row('ci-2').filter({ hasText: 'viewer' }).waitFor()
    await page.getByRole('button', { name: 'Disable ci-2' }).click()
    await page.getByRole('button', { name: 'Disable it' }).click()
    await row('ci-2').filter({ hasText: 'Disabled' }).waitFor()
    expect(await asKey()).toBe(401)
    await page.getByRole('button', { name: 'Let ci-2 in again' }).click()
    await page.getByRole('button', { name: 'Disable ci-2' }).waitFor()
    expect(await asKey()).toBe(200)
    await page.getByRole('button', { name: 'Remove ci-2' }).click()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await isGone('ci-2')
    expect(await asKey()).toBe(401)
  })
})

describe('an API key', () => {
  test('that was just made is shown, though the list can’t be read anew', async () => {
    await page.goto(`${console.origin}/settings/keys`)
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('shown once')
    await page.getByLabel('What for').selectOption('read')
    await page.route('**/v1/api-keys?**', (route) =>
      route.fulfill({ status: 403, json: { code: 'forbidden', title: 'It is not allowed', status: 403 } }),
    )
    await page.getByRole('button', { name: 'Make the key' }).click()
    const key = await page.getByRole('dialog', { name: 'The key “shown once”' }).locator('code').innerText()
    expect((await console.server.send({ path: '/v1/systems', token: key })).status).toBe(200)
    await page.unrouteAll({ behavior: 'wait' })
    await page.getByRole('button', { name: 'I have kept it' }).click()
  })

  test('is rotated with an overlap: both work, and the old one is marked', async () => {
    const { key } = await console.server.addKey(admin, ['system:read'])
    await page.goto(`${console.origin}/settings/keys`)
    await page.getByRole('button', { name: 'Rotate a key' }).first().click()
    await page.getByLabel('The old one still works for').selectOption('72')
    await page.getByRole('button', { name: 'Make the new key' }).click()
    const next = await page.getByRole('dialog').locator('code').innerText()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    expect(next).not.toBe(key)
    for (const token of [key, next])
      expect((await console.server.send({ path: '/v1/systems', token })).status).toBe(200)
    await row('Replaced, ends soon').waitFor()
  })

  test('that ends soon stands first, and is revoked after a question', async () => {
    const { id, key } = await console.server.addKey(admin, ['system:read'])
    await console.server.owner.query(
      `update api_key set name = 'closing', expires_at = now() + interval '2 days' where id = $1`,
      [id],
    )
    await console.server.addKey(admin, ['system:read'])
    await page.goto(`${console.origin}/settings/keys`)
    const first = page.getByRole('table', { name: 'API keys' }).getByRole('row').nth(1)
    await expect.poll(() => first.innerText()).toMatch(/closing[\s\S]*Ends soon/)
    await page.getByRole('button', { name: 'Revoke closing' }).click()
    expect((await console.server.send({ path: '/v1/systems', token: key })).status).toBe(200)
    await page.getByRole('button', { name: 'Revoke the key' }).click()
    await isGone('closing')
    expect((await console.server.send({ path: '/v1/systems', token: key })).status).toBe(401)
  })
})
