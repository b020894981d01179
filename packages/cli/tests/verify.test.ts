import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { verdictExitCodes } from '@afterai/record'
import { describe, expect, test } from 'vitest'
import { attacks } from '../../record/testing/attacks.ts'
import { createExampleKey, createExampleLog, type ExampleLog } from '../../record/testing/example-record.ts'
import { afterai, temporaryFolder, type Ran } from './harness.ts'

async function verify(log: ExampleLog, bytes: Uint8Array = log.bytes, more: readonly string[] = []): Promise<Ran> {
  const folder = await temporaryFolder()
  const paths = {
    bundle: join(folder, 'record.json'),
    pem: join(folder, 'record-key.pem'),
    vkey: join(folder, 'log.vkey'),
  }
  await writeFile(paths.bundle, bytes)
  // An export holds every key that records were signed with: an older one stands first.
  await writeFile(paths.pem, createExampleKey().pem + log.recordKey.pem)
  await writeFile(paths.vkey, `${log.vkey}\n`)
  const env = { AFTERAI_URL: 'http://127.0.0.1:9' }
  return afterai(['record', 'verify', paths.bundle, '--record-key', paths.pem, '--log-vkey', paths.vkey, ...more], {
    env,
  })
}

test('P4.5: tells the story of a record that holds, with no server', async () => {
  const ran = await verify(createExampleLog())
  expect(ran).toMatchObject({ code: 0, stderr: '' })
  for (const step of ['entry', 'inclusion', 'checkpoint', 'signature', 'section'])
    expect(ran.stdout).toMatch(new RegExp(`^ok +${step} +[A-Z]`, 'm'))
  expect(ran.stdout).toMatch(/^- +section +The section "rationale" was not compared: it was withheld$/m)
  expect(ran.stdout).toMatch(/^verdict {2}valid: /m)
})

test('P4.5: tells what was expected and what was computed of what does not hold', async () => {
  const log = createExampleLog()
  const edited = attacks.find(({ name }) => name === 'edit what is disclosed')?.commit(log).bytes
  const ran = await verify(log, edited)
  expect(ran.stdout).toMatch(
    /^FAIL +section +The section "after" is not what was sealed: .*\n +HMAC-SHA-256 .*, expected: [0-9a-f]{64}\n +HMAC-SHA-256 .*, computed: [0-9a-f]{64}$/m,
  )
  expect(ran.stdout).toMatch(/^ok +inclusion /m)
})

test('prints the whole report as JSON, and the verdict alone', async () => {
  const log = createExampleLog()
  const { stdout } = await verify(log, log.bytes, ['--json'])
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'valid', exitCode: 0, position: { index: expect.any(String) } })
  expect(await verify(log, log.bytes, ['--quiet'])).toMatchObject({ code: 0, stdout: 'valid\n' })
})

test('takes the log key itself in place of its file', async () => {
  const log = createExampleLog()
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'r.json'), log.bytes)
  await writeFile(join(folder, 'k.pem'), log.recordKey.pem)
  const args = [
    'record',
    'verify',
    join(folder, 'r.json'),
    '--record-key',
    join(folder, 'k.pem'),
    '--log-vkey',
    log.vkey,
  ]
  expect((await afterai(args)).code).toBe(0)
})

describe('P4.5: each attack ends with the exit code of its verdict', () => {
  test.each(attacks.map((attack) => [attack.name, attack] as const))('%s', async (_name, attack) => {
    const log = createExampleLog()
    const { bytes, kept } = attack.commit(log)
    const since = join(await temporaryFolder(), 'checkpoint')
    if (kept !== undefined) await writeFile(since, kept)
    const ran = await verify(log, bytes, kept === undefined ? ['--quiet'] : ['--quiet', '--since', since])
    expect(ran).toMatchObject({ code: verdictExitCodes[attack.verdict], stdout: `${attack.verdict}\n` })
  })
})

test('refuses keys that are none, naming what is wrong', async () => {
  const log = createExampleLog()
  expect(await verify(log, log.bytes, ['--log-vkey', 'a+00000000+AAAA'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('What you trust cannot be used.'),
  })
  expect(await verify(log, log.bytes, ['--record-key', '/nowhere/key.pem'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('/nowhere/key.pem cannot be read'),
  })
})
