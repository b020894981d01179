import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import pixelmatch from 'pixelmatch'
import type { Page } from 'playwright-core'
import { PNG } from 'pngjs'

/** How every page was when somebody last looked at it and found it good. */
const kept = new URL('page-images/', import.meta.url)
/** How they are now. Where a change is meant, look at the new ones, then: cp .cache/page-images/*.png e2e/console/page-images/ */
const made = new URL('../../.cache/page-images/', import.meta.url)

/** So many pixels may differ within one square of 32: a letter that another version of the browser draws otherwise, never one more or less. */
const windowSize = 32
const allowed = 40

/** What a page is shown in. */
export interface Showing {
  readonly colorScheme: 'light' | 'dark'
  readonly width: 390 | 768 | 1440
}

/** A page is shown as high as it is, within these, and what stands around its content. */
const [leastHeight, around, mostHeight] = [900, 120, 2400]

/** Each theme and width that pages are looked at in. */
export const showings: readonly Showing[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  ([1440, 768, 390] as const).map((width) => ({ colorScheme, width })),
)

/** Shows a page in a theme and at a width, and waits until it is drawn so. */
export async function show(page: Page, { colorScheme, width }: Showing): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.setViewportSize({ width, height: leastHeight })
  const height = await page.evaluate<number>(`document.querySelector('main')?.scrollHeight ?? 0`)
  await page.setViewportSize({ width, height: Math.min(Math.max(height + around, leastHeight), mostHeight) })
  await page.evaluate(
    'document.fonts.ready.then(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))))',
  )
}

/**
 * Makes an image of the page as it is shown, without what differs from run to run, and compares it with the one that is kept. The new one, and one that marks what
 * differs in red, are left in `.cache/page-images`. Answers what is wrong with it; nothing where it is as it was.
 */
export async function compareImage(page: Page, name: string): Promise<string[]> {
  await page.evaluate(withoutChance)
  const bytes = await page.screenshot({ animations: 'disabled', caret: 'hide' })
  mkdirSync(made, { recursive: true })
  writeFileSync(new URL(`${name}.png`, made), bytes)
  const before = new URL(`${name}.png`, kept)
  if (!existsSync(before)) return [`${name}: no image of it is kept`]
  const [was, is] = [PNG.sync.read(readFileSync(before)), PNG.sync.read(bytes)]
  if (was.width !== is.width || was.height !== is.height)
    return [`${name}: it is ${is.width} x ${is.height} now, and was ${was.width} x ${was.height}`]
  const marked = new PNG({ width: is.width, height: is.height })
  const most = pixelmatch(was.data, is.data, marked.data, is.width, is.height, { windowSize })
  if (most <= allowed) return []
  writeFileSync(new URL(`${name}.differs.png`, made), PNG.sync.write(marked))
  return [`${name}: ${most} pixels of one square differ from what is kept`]
}

/** Puts the same words in the place of times, ids, digests and counts made by chance. */
const withoutChance = String.raw`(() => {
  const chance = [
    [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '01234567-89ab-7cde-8f01-23456789abcd'],
    [/\b(?=[a-f]*\d)[0-9a-f]{6,}\b/g, (it) => '0'.repeat(it.length)],
    [/…[0-9a-f]{4}\b/g, '…0000'],
    [/aftr_live_\w+/g, 'aftr_live_abcd'],
    [/\S+@\S+\.example/g, 'ada@company.example'],
    [/localhost:\d+/g, 'localhost:4680'],
    [/\d+ (log )?entries/g, '40 $1entries'],
    [/\d{1,2}:\d{2}(:\d{2})?( CES?T| UTC)?/g, '12:00'],
    [/\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/g, '1 Jun'],
    [/\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December)\b/g, '1 June'],
    [/\b(2\d{3})\b/g, '2026'],
    [/just now|\b\d+(s|m|h|mo|d) ago\b/g, '1m ago'],
    [/\b(in a moment|in \d+(m|h|d|mo)|tomorrow)\b/g, 'in 1d'],
  ];
  for (const it of document.querySelectorAll('aside .number')) if (it.textContent.endsWith('log entries signed')) it.textContent = '40 log entries signed';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    let text = node.nodeValue;
    for (const [pattern, instead] of chance) text = text.replace(pattern, instead);
    if (text !== node.nodeValue) node.nodeValue = text;
  }
  for (const it of document.querySelectorAll('input[type=date], input[type=datetime-local], input[type=time]')) it.value = '';
})()`
