import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LogAudit, LogAuditLine } from '@afterai/contract'
import { expect, test } from 'vitest'
import { afterai, type Received, startStandIn } from './harness.ts'
import { auditParts, createStandInLog, lineEntries, type StandInLog } from './log-stand-in.ts'

type Route = StandInLog['routes'][string]

/** A log of a stand-in, and a command line that keeps its state from one run to the next. */
async function verifying(log: StandInLog, audit?: Route) {
  const routes = audit === undefined ? log.routes : { ...log.routes, 'GET /v1/log/audit': audit }
  const { env, received } = await startStandIn(routes)
  const folder = join(env['XDG_STATE_HOME'] ?? '', 'afterai')
  const audits = (): Received[] => received.filter(({ path }) => path === '/v1/log/audit')
  return {
    env,
    verified: join(folder, 'verified-logs.json'),
    seen: join(folder, 'seen-checkpoints.json'),
    verify: (...more: readonly string[]) => afterai(['log', 'verify', ...more], { env }),
    positions: () => audits().map(({ query }) => query.get('position')),
  }
}

/** Answers each request with so many parts and half of the next, and breaks the connection, until all were answered; then as ever. */
function cutAfter(log: StandInLog, counts: number[]): Route {
  return (request) => {
    const count = counts.shift()
    if (count === undefined) return log.routes['GET /v1/log/audit']?.(request) ?? [500, {}]
    const parts = auditParts(log, request.query)
    const half = parts[count]?.subarray(0, parts[count].length - 20) ?? Buffer.alloc(0)
    return (response) => void response.write(Buffer.concat([...parts.slice(0, count), half]), () => response.destroy())
  }
}

test('P4.5: tells that a log is as it was signed', async () => {
  const { verify } = await verifying(createStandInLog(305))
  const ran = await verify()
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/^entries +305$/m) })
  expect(ran.stdout).toMatch(/^intact +yes$/m)
  const json = await verify('--json', '--from-start')
  expect(JSON.parse(json.stdout)).toEqual({
    size: 305,
    checkpoints: 31,
    intact: true,
    complete: true,
    faults: [],
    verifiedBefore: null,
  })
})

test.each<[string, Partial<LogAuditLine>, Partial<LogAudit>]>([
  ['intact', { faults: ['the stored hash of entry 7 is another'] }, { intact: false, complete: true }],
  ['complete', { incomplete: ['entries were set aside: 1'] }, { intact: true, complete: false }],
  ['complete', { producers: {} }, { intact: true, complete: false }],
  ['intact', { entryBytes: null }, { intact: false, complete: true }],
  ['intact', { entryBytes: 0 }, { intact: false, complete: true }],
  ['intact', { entryBytes: 11 }, { intact: false, complete: true }],
])('P4.5: ends with 1 for a log that is not %s, every time, and names its faults', async (_what, found, wanted) => {
  const log = createStandInLog(35)
  const isMeant = (line: LogAuditLine): boolean =>
    found.incomplete === undefined ? line.from === lineEntries : line.size === line.end
  log.find = (line) => (isMeant(line) ? { ...line, ...found } : line)
  const { verify } = await verifying(log)
  for (const _again of [1, 2]) {
    const ran = await verify('--json')
    expect(ran).toMatchObject({ code: 1, stderr: '' })
    const verdict = JSON.parse(ran.stdout) as LogAudit
    expect(verdict).toMatchObject({ size: 35, ...wanted })
    expect(verdict.faults).toHaveLength(1)
    expect((await verify()).stdout).toContain(`FAULT  ${verdict.faults[0]}`)
  }
})

test('P4.5: a server that vouches for entries which it did not sign is caught by their root', async () => {
  const log = createStandInLog(35)
  const { verify } = await verifying(log, (request) => {
    const other = createStandInLog(35)
    other.entries[3] = 'another'
    return other.routes['GET /v1/log/audit']?.(request) ?? [500, {}]
  })
  expect(await verify()).toMatchObject({ code: 1, stdout: expect.stringContaining('not the 35 that it signed') })
})

test('P4.5: goes on where the last run came to, says so, and asks for nothing before', async () => {
  const log = createStandInLog(35)
  const { verify, positions } = await verifying(log)
  await verify()
  while (log.entries.length < 72) log.entries.push(`later ${log.entries.length}`)
  const ran = await verify()
  expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('Going on after 35 entries') })
  expect(ran.stdout).toMatch(/^verified before +35, by \d{4}-/m)
  expect(JSON.parse((await verify('--json')).stdout)).toMatchObject({ size: 72, verifiedBefore: { entries: 72 } })
  await verify('--from-start')
  expect(positions()).toEqual([null, '35', '72', null])
})

test('P4.5: an answer that is cut is asked for again from the last whole line on', async () => {
  const log = createStandInLog(95)
  const { verify, positions } = await verifying(log, cutAfter(log, [2, 0, 0, 3]))
  expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^entries +95$/m) })
  expect(positions()).toEqual([null, '20', '20', '20', '50'])
})

test('P4.5: an answer that the server ends before the log does is asked for again, as often as it brings something', async () => {
  const log = createStandInLog(95)
  const { verify, positions } = await verifying(
    log,
    ({ query }) =>
      (response) =>
        void response.end(Buffer.concat(auditParts(log, query).slice(0, 3))),
  )
  expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^entries +95$/m) })
  expect(positions()).toEqual([null, '30', '60', '90'])
})

test('P4.5: gives up after three answers that bring nothing, says how far it came, and goes on from there', async () => {
  const log = createStandInLog(95)
  const { verify, positions } = await verifying(log, cutAfter(log, [4, 0, 0, 0]))
  const ran = await verify()
  expect(ran).toMatchObject({
    code: 5,
    stdout: '',
    stderr: expect.stringContaining('Verified so far: 40 of 95 entries.'),
  })
  expect(ran.stderr).toContain('Run `afterai log verify` again: it goes on from there.')
  expect(await verify()).toMatchObject({ code: 0, stderr: expect.stringContaining('Going on after 40 entries') })
  expect(positions().at(-1)).toBe('40')
})

test('P4.5: Ctrl-C ends it with what was verified kept', { timeout: 60_000 }, async () => {
  const log = createStandInLog(95)
  let reached: () => void = () => undefined
  const half = new Promise<void>((resolve) => (reached = resolve))
  let answers = 0
  const { env, verify } = await verifying(log, (request) => {
    answers += 1
    if (answers > 1) return log.routes['GET /v1/log/audit']?.(request) ?? [500, {}]
    // The rest never comes.
    return (response) => void response.write(Buffer.concat(auditParts(log, request.query).slice(0, 5)), () => reached())
  })
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, 'log', 'verify'], { env: { PATH: '/usr/bin:/bin', ...env } })
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  await half
  // The lines that were sent are taken in; nothing says when.
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
  expect(said).toContain('The verification was interrupted.')
  expect(said).toContain('Verified so far: 50 of 95 entries.')
  expect(await verify()).toMatchObject({ code: 0, stderr: expect.stringContaining('Going on after 50 entries') })
})

const rewritten = ['rewritten', (log: StandInLog) => log.entries.splice(4, 1, 'forged')] as const
const cutShort = ['cut short', (log: StandInLog) => log.entries.splice(20)] as const

test.each([rewritten, cutShort])(
  'P4.5: a log that was %s in what was verified is refused, whatever follows and also where no checkpoint was seen',
  async (_what, change) => {
    const log = createStandInLog(35)
    const { verify, seen, verified } = await verifying(log)
    await verify()
    change(log)
    for (const options of [[], ['--from-start']])
      expect(await verify(...options)).toMatchObject({ code: 14, stdout: '' })
    // The kept part alone is enough to tell.
    await rm(seen)
    const kept = await readFile(verified, 'utf8')
    for (const options of [[], ['--from-start']]) {
      const ran = await verify(...options)
      expect(ran).toMatchObject({ code: 14, stdout: '', stderr: expect.stringContaining('inconsistent') })
      expect(ran.stderr).toContain('afterai.log/stand-in')
    }
    expect(await readFile(verified, 'utf8')).toBe(kept)
  },
)

test('P4.5: a log under another key than what was kept was verified with is refused as unknown_key', async () => {
  const log = createStandInLog(35)
  const { verify, seen } = await verifying(log)
  await verify()
  await rm(seen)
  log.newKey()
  expect(await verify()).toMatchObject({ code: 11, stdout: '' })
})

test.each([
  ['another edge', (text: string) => text.replace(/("edge": \[\s+")../, '$1BB')],
  ['more entries', (text: string) => text.replace('"size": 35', '"size": 38')],
  ['the edge of more entries than were signed', (text: string) => text.replace('"size": 35', '"size": 69')],
  ['half of it', (text: string) => text.slice(0, text.length / 2)],
])('P4.5: what is kept hides nothing: with %s all is verified again, and it says so', async (_what, change) => {
  const log = createStandInLog(35)
  const { verify, verified, positions } = await verifying(log)
  await verify()
  await writeFile(verified, change(await readFile(verified, 'utf8')))
  log.find = (line) => (line.from === 0 ? { ...line, faults: ['entry 3 is missing'] } : line)
  const ran = await verify()
  expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining('FAULT  entry 3 is missing') })
  expect(ran.stderr).toMatch(/all of it is verified again|is damaged, and not used/)
  expect(positions()).toEqual([null, null])
})

test('P4.5: after a fault nothing is kept that a later run would begin behind', async () => {
  const log = createStandInLog(95)
  log.find = (line) => (line.from === 0 ? { ...line, faults: ['entry 3 is missing'] } : line)
  const { verify, verified } = await verifying(log)
  expect((await verify()).code).toBe(1)
  await expect(readFile(verified)).rejects.toThrow('ENOENT')
})
