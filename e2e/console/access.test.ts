import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { assessedChange, proposalOf, recordedChange } from '../../packages/server/testing/lifecycle.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let admin: Person
let paths: readonly string[]
beforeAll(async () => {
  console = await startConsole()
  admin = await console.addPerson('admin')
  const author = await console.addPerson('member')
  const { recordId } = await recordedChange(console.server, { author, approver: admin }, 'support-bot')
  const { changeId, assessmentId } = await assessedChange(console.server, author, 'kb-writer')
  await console.server.expectOk({
    method: 'POST',
    path: `/v1/changes/${changeId}/decisions`,
    token: author.token,
    body: proposalOf(assessmentId),
  })
  paths = ['/', '/changes?view=all', `/changes/${changeId}`, `/records/${recordId}`, '/systems', '/settings/profile']
})
afterEach(async () => {
  for (const context of console.browser.contexts()) await context.close()
  expect(console.faults()).toEqual([])
})
afterAll(() => console.close())

async function settled(page: Page, path: string): Promise<void> {
  await page.goto(`${console.origin}${path}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  // What floats comes once the page has settled: a stand-in gives its place to the real part.
  await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined)
  await page.waitForTimeout(1_000)
}

describe('by keyboard', () => {
  test('the focus goes through each of the main pages as it reads, is seen wherever it is, and leaves nothing out', async () => {
    const page = await console.openAs(admin)
    for (const path of paths) {
      await settled(page, path)
      const wanted = await page.evaluate<string[]>(tabbable)
      expect([path, wanted.length > 5]).toEqual([path, true])
      const met: string[] = []
      const unseen: string[] = []
      for (const _ of wanted) {
        await page.keyboard.press('Tab')
        const { name, isSeen } = await page.evaluate<{ name: string; isSeen: boolean }>(focused)
        met.push(name)
        if (!isSeen) unseen.push(name)
      }
      expect([path, met]).toEqual([path, wanted])
      expect([path, unseen]).toEqual([path, []])
    }
  })
})

describe('without colour', () => {
  test('every state is a word or a named shape: what is coloured as a state says so in text', async () => {
    const page = await console.openAs(admin)
    for (const path of paths) {
      await settled(page, path)
      const mute = await page.evaluate<string[]>(colouredButMute)
      expect([path, mute]).toEqual([path, []])
    }
  })

  test('the pages are read in forced colours: words and borders stay', async () => {
    const page = await console.openAs(admin, { forcedColors: 'active' })
    const words: string[] = []
    for (const path of paths) {
      await settled(page, path)
      for (const badge of await page.locator('[class*="badge"]:visible').all())
        words.push((await badge.innerText()).trim())
    }
    expect(words.length).toBeGreaterThan(4)
    expect(words).not.toContain('')
  })
})

const naming = `
  const nameOf = (it) => [it.tagName.toLowerCase(), it.getAttribute('aria-label') ?? it.textContent.trim().slice(0, 40), it.getAttribute('href') ?? ''].join(' ');
`

/** Everything that the Tab key should meet, in the order of the page. */
const tabbable = `(() => {
  ${naming}
  document.activeElement?.blur();
  getSelection()?.removeAllRanges();
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility({ visibilityProperty: true }) && it.closest('[inert]') === null)
    .map(nameOf);
})()`

/** What has the focus, and whether one sees where it is: it is on the screen, and something is drawn around it or within. */
const focused = `(() => {
  ${naming}
  const it = document.activeElement;
  const box = it.getBoundingClientRect();
  const onScreen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const drawn = (element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
  };
  return { name: nameOf(it), isSeen: onScreen && (drawn(it) || drawn(it.parentElement)) };
})()`

/** Elements in one of the colours of states that neither say anything nor are named; what is hidden from readers has its words beside it. */
const colouredButMute = `(() => {
  const tokens = ['improved', 'not-worse', 'undecided', 'slightly-worse', 'worse', 'much-worse', 'before', 'after'];
  const probe = document.createElement('i');
  document.body.append(probe);
  const colours = new Set();
  for (const token of tokens) for (const suffix of ['', '-soft']) {
    probe.style.color = 'var(--' + token + suffix + ')';
    colours.add(getComputedStyle(probe).color);
  }
  probe.remove();
  const said = (it) => it.textContent.trim() !== '' || it.getAttribute('aria-label') || it.getAttribute('title') || it.querySelector('title, [aria-label]');
  return [...document.querySelectorAll('#main *')]
    .filter((it) => it.closest('[aria-hidden=true]') === null && it.checkVisibility())
    .filter((it) => {
      const { color, backgroundColor, borderTopColor, borderTopWidth } = getComputedStyle(it);
      return colours.has(backgroundColor) || (parseFloat(borderTopWidth) > 0 && colours.has(borderTopColor)) || (it.children.length === 0 && colours.has(color));
    })
    .filter((it) => !said(it))
    .map((it) => it.outerHTML.slice(0, 160));
})()`
