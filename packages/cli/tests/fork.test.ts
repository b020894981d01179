import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { afterai, startStandIn, temporaryFolder } from './harness.ts'
import { createStandInLog, type StandInLog } from './log-stand-in.ts'

async function watch(log: StandInLog) {
  const { env } = await startStandIn(log.routes)
  const state = { ...env, XDG_STATE_HOME: await temporaryFolder() }
  const file = join(state.XDG_STATE_HOME, 'afterai', 'seen-checkpoints.json')
  return { look: (...more: string[]) => afterai(['log', 'watch', '--once', ...more], { env: state }), file, env: state }
}

test('P4.5: log watch trusts a log on first use, keeps its checkpoint, and follows it as it grows', async () => {
  const log = createStandInLog(5)
  const { look, file } = await watch(log)
  const first = await look()
  expect(first).toMatchObject({ code: 0, stdout: `${log.checkpoint()}\n` })
  expect(first.stderr).toContain('seen for the first time')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  for (const size of [5, 6, 8, 300]) {
    while (log.entries.length < size) log.entries.push(`later ${log.entries.length}`)
    const next = await look('--json')
    expect(next).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(next.stdout)).toMatchObject({ size })
  }
})

test.each([
  ['smaller', (log: StandInLog) => log.entries.splice(3)],
  ['empty', (log: StandInLog) => log.entries.splice(0)],
  ['of the same size and another', (log: StandInLog) => log.entries.splice(4, 1, 'forged')],
  ['longer and another', (log: StandInLog) => log.entries.splice(4, 1, 'forged', 'more', 'and more')],
])('P4.5: a log that is %s than what was seen is refused as inconsistent, every time', async (_what, change) => {
  const log = createStandInLog(5)
  const { look, file } = await watch(log)
  await look()
  const kept = await readFile(file, 'utf8')
  change(log)
  for (const _again of [1, 2]) {
    const refused = await look()
    expect(refused).toMatchObject({ code: 14, stdout: '', stderr: expect.stringContaining('inconsistent') })
    // The proof of what was seen is told, and stays.
    expect(refused.stderr).toContain('afterai.log/stand-in')
    expect(await readFile(file, 'utf8')).toBe(kept)
  }
})

test('P4.5: log verify looks at the checkpoint first, and ends with inconsistent for a fork', async () => {
  const log = createStandInLog(5)
  const { look, env } = await watch(log)
  await look()
  log.entries.splice(2)
  expect(await afterai(['log', 'verify'], { env })).toMatchObject({ code: 14, stdout: '' })
})

test('P4.5: a log under another key than the first is refused as unknown_key', async () => {
  const log = createStandInLog(5)
  const { look } = await watch(log)
  await look()
  log.newKey()
  expect(await look()).toMatchObject({ code: 11, stdout: '', stderr: expect.stringContaining('unknown_key') })
})

test('P4.5: a checkpoint that the log’s key did not sign is refused as invalid_signature', async () => {
  const log = createStandInLog(5)
  const good = log.checkpoint()
  const forged = good.replace(/^5$/m, '6')
  const { env } = await startStandIn({
    ...log.routes,
    'GET /v1/log/checkpoint': () => (response) => void response.writeHead(200).end(forged),
  })
  expect(await afterai(['log', 'watch', '--once'], { env })).toMatchObject({ code: 12, stdout: '' })
})

test('what was seen and is damaged is not taken for nothing', async () => {
  const log = createStandInLog(5)
  const { look, file } = await watch(log)
  await look()
  await writeFile(file, '{"version":1')
  expect(await look()).toMatchObject({ code: 1, stderr: expect.stringContaining('is damaged') })
})
