import { afterEach, expect, test } from 'vitest'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'
import { fillWorkspace } from './filled-workspace.ts'
import { compareImage, show, showings } from './page-images.ts'

let console: ConsoleUnderTest
afterEach(() => console.close())

test('every page is as somebody found it good, breaks no rule of WCAG and is no wider than its screen: in two themes, at three widths', async () => {
  // Another try begins with another workspace: what the first one did would be seen on its pages.
  console = await startConsole()
  const workspace = await fillWorkspace(console)
  const page = await console.openAs(workspace.admin)
  const wrong: string[] = []
  for (const [name, path] of workspace.paths) {
    await page.goto(`${console.origin}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined)
    for (const showing of showings) {
      const shown = `${name}.${showing.colorScheme}.${showing.width}`
      await show(page, showing)
      for (const violation of await axeViolations(page)) wrong.push(`${shown}: ${violation}`)
      for (const wide of await page.evaluate<string[]>(tooWide)) wrong.push(`${shown}: ${wide} is cut off`)
      // What AfterAI itself finds goes into the trail when it finds it: its rows are never the same twice.
      if (name !== 'audit') wrong.push(...(await compareImage(page, shown)))
    }
  }
  expect(wrong).toEqual([])
  expect(console.faults()).toEqual([])
}, 600_000)

/** The page where it is wider than its screen, and each table that is wider than what holds it. */
const tooWide = `[document.documentElement, ...document.querySelectorAll('table')]
  .filter((it) => it === document.documentElement ? it.scrollWidth > it.clientWidth : it.offsetWidth > it.parentElement.clientWidth + 1)
  .map((it) => it.caption?.textContent ?? it.tagName)`
