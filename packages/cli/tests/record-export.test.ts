import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createNoteSigner, parseCheckpoint, parseTlogProof, signCheckpoint } from '@afterai/record'
import { createExampleLog, type ExampleLog, exampleOrigin } from '../../record/testing/example-record.ts'
import { afterai, type Received, type Reply, startStandIn, temporaryFolder } from './harness.ts'
import { createStandInLog } from './log-stand-in.ts'
import { ids } from './samples.ts'

const problem = { code: 'forbidden', title: 'Not allowed', permission: 'log:read' }
const forbidden = (): Reply => [403, problem]
const narrow = {
  'GET /v1/log/keys': forbidden,
  'GET /v1/log/checkpoint': forbidden,
  'GET /v1/log/proof': forbidden,
}
const keyCommand = 'afterai key create NAME --scope record:read --scope log:read'

/** A server that gives out one bundle, and a command that asks for it. */
async function exporting(bundle: Uint8Array | string, routes: Parameters<typeof startStandIn>[0] = narrow) {
  const folder = await temporaryFolder()
  const answers = { ...routes }
  const { env, url, received } = await startStandIn({
    [`GET /v1/records/${ids.person}/bundle`]: () => (response) => response.end(bundle),
    ...Object.fromEntries(
      Object.keys(narrow).map((route) => [route, (it: Received) => answers[route]?.(it) ?? forbidden()]),
    ),
  })
  const out = join(folder, 'record.json')
  const state = { ...env, XDG_STATE_HOME: folder }
  return {
    folder,
    out,
    answers,
    received: () => received.filter(({ path }) => path.endsWith('/bundle')),
    run: (...more: string[]) => afterai(['record', 'export', ids.person, '--out', out, ...more], { env: state }),
    /** The same server under another of its addresses. */
    runElsewhere: () =>
      afterai(['record', 'export', ids.person, '--out', out], {
        env: { ...state, AFTERAI_URL: url.replace('127.0.0.1', 'localhost') },
      }),
    watch: () => afterai(['log', 'watch', '--once'], { env: state }),
  }
}

/** Routes of a server that shows a checkpoint of an example log. */
function showing(log: ExampleLog, checkpoint: string): Parameters<typeof startStandIn>[0] {
  return {
    'GET /v1/log/keys': () => [200, { origin: exampleOrigin, logVkey: log.vkey, recordKeys: [] }],
    'GET /v1/log/checkpoint': () => (response) => response.end(checkpoint),
  }
}

function checkpointOf({ bundle }: ExampleLog) {
  return parseCheckpoint(parseTlogProof(bundle.tlogProof).checkpoint)
}

describe('P4.5: exporting a record with a key that lacks log:read', () => {
  test('writes the bundle that verifies offline, and says what was not checked and which key would', async () => {
    const log = createExampleLog()
    const it = await exporting(log.bytes)
    const ran = await it.run()
    expect(ran).toMatchObject({ code: 0, stdout: `wrote ${it.out}\n` })
    expect(ran.stderr).toContain('lacks log:read')
    expect(ran.stderr).toContain(keyCommand)
    expect(await readFile(it.out)).toEqual(Buffer.from(log.bytes))
    const pem = join(it.folder, 'record-key.pem')
    await writeFile(pem, log.recordKey.pem)
    const verified = await afterai(['record', 'verify', it.out, '--record-key', pem, '--log-vkey', log.vkey], {
      env: { AFTERAI_URL: 'http://127.0.0.1:9' },
    })
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^verdict {2}valid: /m) })
  })

  test('asks for the sections to withhold, and says where the server withheld the names of its own accord', async () => {
    const log = createExampleLog({ sections: [{ name: 'identities', value: {} }], disclose: () => [] })
    const it = await exporting(log.bytes)
    const remark = 'discloses no identities'
    expect(await it.run()).toMatchObject({ code: 0, stderr: expect.stringContaining(remark) })
    const asked = await it.run('--force', '--withhold', 'identities', 'details')
    expect(asked).toMatchObject({ code: 0, stderr: expect.not.stringContaining(remark) })
    expect(it.received().map(({ query }) => query.get('withhold'))).toEqual([null, 'identities,details'])
  })

  test('refuses what could not be verified offline, and writes nothing', async () => {
    for (const bundle of ['{"format":"x"}', '', 'not json']) {
      const it = await exporting(bundle)
      const ran = await it.run()
      expect(ran).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('log:read') })
      expect(ran.stderr).toContain(keyCommand)
      expect(existsSync(it.out)).toBe(false)
    }
  })

  test('refuses where the server’s log was seen before: a fork is not hidden by refusing the check', async () => {
    const seen = createStandInLog(5)
    const it = await exporting(createExampleLog().bytes, seen.routes)
    expect((await it.watch()).code).toBe(0)
    Object.assign(it.answers, narrow)
    const ran = await it.run()
    expect(ran).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('seen before') })
    expect(ran.stderr).toContain(keyCommand)
    expect(existsSync(it.out)).toBe(false)
  })

  describe('where the log of the bundle was seen before, at another address of the server', () => {
    const watched = async (log: ExampleLog, seen: ExampleLog, checkpoint: string) => {
      const it = await exporting(log.bytes, showing(seen, checkpoint))
      expect(await it.watch()).toMatchObject({ code: 0 })
      for (const route of Object.keys(narrow)) delete it.answers[route]
      return it
    }

    test('refuses what only the server could prove to be of that log', async () => {
      const log = createExampleLog()
      const it = await watched(log, log, log.checkpointAt(checkpointOf(log).size - 1n))
      const ran = await it.runElsewhere()
      expect(ran).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('its log was seen before') })
      expect(ran.stderr).toContain(keyCommand)
      expect(existsSync(it.out)).toBe(false)
    })

    test('ends as inconsistent where its checkpoint is of other entries than the one that was seen, and tells the proof', async () => {
      const log = createExampleLog()
      const { size, origin } = checkpointOf(log)
      const signer = createNoteSigner(origin, log.logKey.privateKey, log.logKey.publicKey)
      const other = signCheckpoint({ origin, size, root: new Uint8Array(32).fill(7) }, [signer])
      const it = await watched(log, log, other)
      for (const run of [it.run, it.runElsewhere]) {
        const ran = await run()
        expect(ran).toMatchObject({ code: 14, stdout: '', stderr: expect.stringContaining('inconsistent') })
        expect(ran.stderr).toContain(other.trimEnd().split('\n').at(-1))
        expect(existsSync(it.out)).toBe(false)
      }
    })

    test('ends as invalid_signature where another key signed it', async () => {
      const [log, seen] = [createExampleLog(), createExampleLog()]
      const it = await watched(log, seen, seen.checkpointAt(checkpointOf(seen).size))
      expect(await it.runElsewhere()).toMatchObject({ code: 12, stdout: '' })
      expect(existsSync(it.out)).toBe(false)
    })

    test('writes the bundle where it is of the very entries that were seen', async () => {
      const log = createExampleLog()
      const it = await watched(log, log, log.checkpointAt(checkpointOf(log).size))
      expect(await it.runElsewhere()).toMatchObject({ code: 0, stdout: `wrote ${it.out}\n` })
    })
  })

  test('refuses the public keys, which are read with log:read, before it writes anything', async () => {
    const it = await exporting(createExampleLog().bytes)
    const keys = join(it.folder, 'keys')
    const ran = await it.run('--keys', keys)
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('--keys') })
    expect(ran.stderr).toContain(keyCommand)
    expect([existsSync(it.out), existsSync(keys)]).toEqual([false, false])
  })

  test('is refused as ever where another permission is what lacks', async () => {
    const it = await exporting(createExampleLog().bytes, {
      'GET /v1/log/keys': () => [403, { ...problem, permission: 'tenant:enter' }],
    })
    expect(await it.run()).toMatchObject({ code: 4, stderr: expect.not.stringContaining(keyCommand) })
  })
})
