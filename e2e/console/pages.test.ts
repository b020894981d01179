import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordedChange } from '../../packages/server/testing/lifecycle.ts'
import type { Person } from '../../packages/server/testing/test-server.ts'
import { axeViolations, type ConsoleUnderTest, startConsole } from './console-page.ts'

let console: ConsoleUnderTest
let admin: Person
let recordId: string
let changeId: string
let baselineId: string
beforeAll(async () => {
  console = await startConsole()
  admin = await console.addPerson('admin')
  const author = await console.addPerson('member')
  ;({ recordId, changeId, baselineId } = await recordedChange(
    console.server,
    { author, approver: admin },
    'support-bot',
  ))
})
afterAll(() => console.close())

test.each([
  ['light', 1440],
  ['dark', 390],
] as const)('no page breaks a rule of WCAG, or is wider than its screen: %s, %i px', async (colorScheme, width) => {
  const page = await console.openAs(admin, { colorScheme, viewport: { width, height: 900 } })
  const paths = [
    '/',
    '/changes?view=all',
    '/changes/new',
    '/systems',
    '/systems/support-bot',
    '/evaluations',
    `/evaluations/${baselineId}`,
    `/changes/${changeId}/assess`,
    `/changes/${changeId}/report`,
    '/records',
    `/records/${recordId}`,
    '/policy',
    '/policy/set',
    '/audit',
    '/settings/profile',
    '/settings/security',
    '/settings/sessions',
    '/settings/workspaces',
    '/settings/members',
    '/settings/service-accounts',
    '/settings/keys',
    '/settings/providers',
    '/settings/streams',
    '/operate/tenants',
    '/health',
    '/help/keys',
    '/device',
    '/nowhere',
  ]
  for (const path of paths) {
    await page.goto(`${console.origin}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined)
    expect(await axeViolations(page), path).toEqual([])
    const isWider = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth')
    expect([path, isWider]).toEqual([path, false])
  }
  expect(console.faults()).toEqual([])
})
