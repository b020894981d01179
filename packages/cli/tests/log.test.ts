import type { LogAudit } from '@afterai/contract'
import { expect, test } from 'vitest'
import { afterai, startStandIn } from './harness.ts'
import { createStandInLog } from './log-stand-in.ts'

const sound: LogAudit = { size: 305, checkpoints: 2, intact: true, complete: true, faults: [] }

async function verifyLog(audit: LogAudit, ...more: readonly string[]) {
  const { env } = await startStandIn({ ...createStandInLog(5).routes, 'GET /v1/log/audit': () => [200, audit] })
  return afterai(['log', 'verify', ...more], { env })
}

test('P4.5: tells that a log is as it was signed', async () => {
  const ran = await verifyLog(sound)
  expect(ran.code).toBe(0)
  expect(ran.stdout).toMatch(/^entries +305$/m)
  expect(ran.stdout).toMatch(/^intact +yes$/m)
})

test.each([
  ['not intact', { ...sound, intact: false, faults: ['the stored hash of entry 7 is another'] }],
  ['not complete', { ...sound, complete: false, faults: ['producer p has gaps: 2 entries, numbered up to 3'] }],
])('P4.5: ends with 1 for a log that is %s, and names its faults', async (_what, audit) => {
  const ran = await verifyLog(audit)
  expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining(`FAULT  ${audit.faults[0]}`) })
  const json = await verifyLog(audit, '--json')
  expect(json).toMatchObject({ code: 1, stderr: '' })
  expect(JSON.parse(json.stdout)).toEqual(audit)
})
