import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { approve } from '../../packages/server/testing/lifecycle.ts'
import { beginStory, inDays } from '../../packages/server/testing/standing-story.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { type ConsoleUnderTest, startConsole } from './console-page.ts'

// What somebody might write so that a page runs it: through whatever people and machines can write, onto the pages that show it.

let console: ConsoleUnderTest
let author: Person
beforeAll(async () => {
  console = await startConsole()
  author = await console.addPerson('member')
})
afterEach(() => expect(console.faults()).toEqual([]))
afterAll(() => console.close())

const calls = ['pwned()', 'window.pwned=1', 'top.pwned=1', 'fetch(`/v1/me`)']
const carriers: readonly ((call: string) => string)[] = [
  (call) => `<script>${call}</script>`,
  (call) => `<img src=x onerror="${call}">`,
  (call) => `<svg onload=${call}>`,
  (call) => `"><iframe srcdoc="<script>${call}</script>">`,
  (call) => `'-${call}-'`,
  (call) => `\${${call}}`,
  (call) => `{{${call}}}`,
  (call) => `javascript:${call}`,
  (call) => `[link](javascript:${call})`,
  (call) => `![x](x" onerror="${call})`,
  (call) => `<a href="javascript:${call}">read</a>`,
  (call) => `<math><mtext></table><img src=x onerror=${call}>`,
  (call) => `</title><script>${call}</script>`,
  (call) => `--><script>${call}</script><!--`,
  (call) => `<style>@import '//evil.example';</style>${call}`,
  (call) => `<base href="//evil.example/">${call}`,
  (call) => `<meta http-equiv=refresh content="0;url=javascript:${call}">`,
  (call) => `<form action="//evil.example"><button>${call}`,
  (call) => `=HYPERLINK("//evil.example","${call}")`,
  (call) => `\u202E${call}\u202C`,
  (call) => `${'é'.repeat(30)}<b onmouseover=${call}>`,
  (call) => `__proto__[${call}]`,
  (call) => `%3Cscript%3E${call}%3C/script%3E`,
  (call) => `&lt;script&gt;${call}&lt;/script&gt;`,
  (call) => `<template><script>${call}</script></template>`,
]
const wraps: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => ` ${text}`,
  (text) => `${text}${text}`,
  (text) => text.replaceAll('<', '＜'),
]
const naughty = wraps.flatMap((wrap) =>
  carriers.flatMap((carry) => calls.map((call) => wrap(carry(call)).slice(0, 190))),
)

/** That nothing of what was written became more than text. */
async function isInert(page: Page): Promise<unknown> {
  return page.evaluate(`({
    pwned: typeof window.pwned,
    elements: document.querySelectorAll('main script, main iframe, main img, main base, main form[action], main [onerror], main [onload], main a[href^="javascript:" i]').length,
    base: document.baseURI.startsWith(location.origin),
  })`)
}

const inert = { pwned: 'undefined', elements: 0, base: true }

test(`${naughty.length} strings as titles, reasons and labels stay text on every page that shows them`, async () => {
  expect(naughty.length).toBeGreaterThanOrEqual(500)
  await console.server.expectOk({ method: 'POST', path: '/v1/systems', token: author.token, body: { name: 'naughty' } })
  const authors = [author, ...(await Promise.all(Array.from({ length: 9 }, () => console.addPerson('member'))))]
  const answers: { status: number; id: string }[] = []
  for (const [index, title] of naughty.entries()) {
    const { status, body } = await console.server.send<{ id: string }>({
      method: 'POST',
      path: '/v1/changes',
      token: authors[index % authors.length]?.token,
      body: { system: 'naughty', title, changeTypes: ['other'] },
      headers: { 'idempotency-key': crypto.randomUUID() },
    })
    answers.push({ status, id: body.id })
  }
  // What no title can be is refused; all else is kept as it is.
  expect(
    [...new Set(answers.map(({ status }) => status))].filter((status) => status !== 201 && status !== 400),
  ).toEqual([])
  const ids = answers.filter(({ status }) => status === 201).map(({ id }) => id)
  expect(ids.length).toBeGreaterThan(400)
  const page = await console.openAs(author)
  await page.goto(`${console.origin}/changes?view=all`)
  await page.getByRole('row').first().waitFor()
  for (let screen = 0; screen < 12; screen += 1) {
    expect(await isInert(page)).toEqual(inert)
    expect(await page.getByRole('row').count()).toBeLessThanOrEqual(60)
    await page.mouse.wheel(0, 1_800)
  }
  const reasons = naughty.slice(0, 100).join('\n').slice(0, 4_900)
  for (const id of ids.filter((_, index) => index % 40 === 0)) {
    await console.server.send({
      method: 'POST',
      path: `/v1/changes/${id}/dismiss`,
      token: author.token,
      body: { reason: reasons.slice(0, 1_900) },
    })
    await page.goto(`${console.origin}/changes/${id}`)
    await page.getByRole('navigation', { name: 'Life of this change' }).waitFor()
    expect(await isInert(page)).toEqual(inert)
  }
  for (const path of [
    '/',
    '/systems',
    '/systems/naughty',
    '/changes?q=%3Cscript%3Epwned()%3C/script%3E',
    '/records',
    '/settings/profile',
    '/settings/members',
    '/settings/keys',
  ]) {
    await page.goto(`${console.origin}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await isInert(page), path).toEqual(inert)
  }
})

/** All of them in texts that a field takes, so that each kind of field is given every one. */
function textsOf(most: number): string[] {
  const texts: string[] = []
  for (const text of naughty) {
    const last = texts.at(-1)
    if (last === undefined || last.length + text.length + 1 > most) texts.push(text)
    else texts[texts.length - 1] = `${last}\n${text}`
  }
  return texts
}

interface Sent {
  readonly method?: 'POST' | 'PUT'
  readonly path: string
  readonly body: object
}

/** Sends what is taken as it is, or refused; answers those that were taken. */
async function keep<T>({ token }: Person, requests: readonly Sent[]): Promise<T[]> {
  const taken: T[] = []
  for (const request of requests) {
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const { status, body } = await console.server.send<T>({ method: 'POST', ...request, token, headers })
    expect([200, 201, 400]).toContain(status)
    if (status !== 400) taken.push(body)
  }
  return taken
}

/** As many of them as a list is short, each kind of carrier among them. */
const some = (count: number) => naughty.filter((_, index) => index % Math.floor(naughty.length / count) === 0)

test(`${naughty.length} strings in every other form stay text on every page that shows them`, async () => {
  const admin = await console.addPerson('admin')
  const approver = await console.addPerson('approver')
  const story = await beginStory(console.server, { author, approver }, 'naughty-life')
  await story.runs(0.1)
  const changeId = (await story.runs(0.2)) ?? ''
  await story.confirms(changeId)
  const conditions = some(60).map((it) => it.slice(0, 400))
  const decided = await keep<{ id: string }>(author, [
    {
      path: `/v1/changes/${changeId}/decisions`,
      body: {
        decision: 'act',
        decisionDetail: 'approve_with_conditions',
        justification: textsOf(4_900)[0] ?? '',
        conditions: conditions.filter((it) => !it.includes('\u202E')).slice(0, 20),
      },
    },
  ])
  expect(decided).toHaveLength(1)
  const { recordId } = await approve(console.server, approver, decided[0]?.id ?? '')
  const all = textsOf(1_900)
  const counts = {
    policies: await keep(
      admin,
      all.map((reason, n) => ({
        path: '/v1/policies',
        body: { environment: `naughty-${n}`, rules: [{ decision: 'after' }], reason },
      })),
    ),
    determinations: await keep(
      author,
      all.map((reason) => ({
        path: `/v1/changes/${changeId}/determinations`,
        body: { determination: 'neither', reason },
      })),
    ),
    findings: await keep(
      author,
      all.map((note) => ({
        path: `/v1/records/${recordId}/findings`,
        body: { condition: conditions[0], outcome: 'met', note },
      })),
    ),
    cards: await keep(
      author,
      textsOf(490).map((purpose) => ({
        method: 'PUT' as const,
        path: '/v1/systems/naughty-life/card',
        body: { purpose },
      })),
    ),
    delegations: await keep(
      approver,
      textsOf(490).map((reason) => ({
        path: '/v1/delegations',
        body: { to: admin.accountId, until: inDays(2), reason },
      })),
    ),
    views: await keep(
      author,
      some(50).map((name) => ({
        path: '/v1/views',
        body: { name: name.slice(0, 80), query: 'view=all', columns: [], density: 'default', shared: true },
      })),
    ),
    streams: await keep(
      admin,
      some(10).map((name) => ({
        path: '/v1/audit-streams',
        body: {
          kind: 'syslog',
          name: name.slice(0, 80),
          host: '127.0.0.1',
          port: 9,
          transport: 'tcp',
          startFrom: 'now',
        },
      })),
    ),
    envelopes: await keep(
      author,
      some(100).map((title) => ({
        path: '/v1/envelopes',
        body: {
          title,
          environments: ['production'],
          clauses: [{ path: '/inference/temperature' }],
          evidence: 'none',
          until: inDays(30),
        },
      })),
    ),
    services: await keep(
      admin,
      some(50).map((name) => ({ path: '/v1/service-accounts', body: { name: name.slice(0, 100), role: 'member' } })),
    ),
    keys: await keep(
      author,
      some(20).map((name) => ({
        path: '/v1/api-keys',
        body: { name: name.slice(0, 100), scopes: ['system:read'], expiresInDays: 1 },
      })),
    ),
  }
  // Where names are kept to what names are made of, such strings are refused; whatever is a text takes nearly all.
  for (const [kind, taken] of Object.entries(counts).filter(
    ([kind]) => !['services', 'keys', 'streams'].includes(kind),
  ))
    expect([kind, taken.length > 2]).toEqual([kind, true])
  const pages = [
    [author, '/policy'],
    [admin, '/policy/set?environment=naughty-0'],
    [author, `/changes/${changeId}`],
    [author, `/changes/${changeId}/report`],
    [author, `/records/${recordId}`],
    [author, '/changes?view=all'],
    [author, '/systems/naughty-life'],
    [admin, '/settings/service-accounts'],
    [admin, '/settings/streams'],
    [admin, '/settings/members'],
    [author, '/settings/keys'],
    [admin, '/audit'],
    [author, '/'],
  ] as const
  for (const person of [author, admin]) {
    const page = await console.openAs(person)
    for (const [, path] of pages.filter(([by]) => by === person)) {
      await page.goto(`${console.origin}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      expect(await isInert(page), path).toEqual(inert)
    }
    await page.context().close()
  }
  const page = await console.openAs(author)
  for (const [path, shown] of [
    ['/policy', '<script>pwned()</script>'],
    [`/changes/${changeId}`, '<script>pwned()</script>'],
    [`/records/${recordId}`, '<script>pwned()</script>'],
    ['/systems/naughty-life', 'window.pwned=1'],
  ] as const) {
    await page.goto(`${console.origin}${path}`)
    await page.getByText(shown).first().waitFor()
  }
  // A provider is known here once it has answered; its name is written as whoever added it typed it.
  const providers = some(20).map((name, n) => ({ id: `provider-${n}`, name, startPath: `/v1/oidc/${n}/start` }))
  await page.route('**/v1/sign-in-options*', (route) => route.fulfill({ json: { password: true, providers } }))
  await page.goto(`${console.origin}/sign-in?tenant=acme`)
  await page.getByRole('link', { name: 'Sign in with <script>pwned()</script>' }).first().waitFor()
  expect(await isInert(page)).toEqual(inert)
  await page.unrouteAll({ behavior: 'wait' })
  // And in the fields of a form that begins with what was kept.
  await page.goto(`${console.origin}/systems/naughty-life`)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  await page.getByRole('dialog').getByLabel('Purpose').waitFor()
  expect(await isInert(page)).toEqual(inert)
})
