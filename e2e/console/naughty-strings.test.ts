import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
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
