import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { attacks } from '../testing/attacks.ts'
import { createExampleLog, exampleOrigin } from '../testing/example-record.ts'
import { beyondTheField, forgeForIdentity, smallOrderEncodings, uncheckedVkey } from '../testing/unsound-keys.ts'
import { encodeBundle } from './bundle.ts'
import { runScript, scriptPath } from '../testing/verify-script.ts'
import { encodeHex } from './hex.ts'
import { verdictExitCodes } from './verdict.ts'

describe('docs/verify.sh', () => {
  it('finds the tools it needs on this machine', () => {
    const missing = ['bash', 'jq', 'openssl', 'xxd', 'base64', 'sha256sum'].filter(
      (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
    )
    expect(missing, 'install them, on Debian with: apt-get install jq openssl xxd coreutils').toEqual([])
  })

  it('P4.5: takes a log key whose Base64 ends in +, which also parts the fields of a vkey', () => {
    let log = createExampleLog()
    while (!log.vkey.endsWith('+')) log = createExampleLog({ size: 1, index: 0, earlierSize: 1 })
    expect(runScript({ bytes: log.bytes }, log)).toMatchObject({ status: 0, word: 'valid', stderr: '' })
  })

  it.each(['ed25519', 'p256'] as const)('P4.5: finds a record signed with %s valid', (algorithm) => {
    const log = createExampleLog({ algorithm })
    const answer = runScript({ bytes: log.bytes, kept: log.checkpointAt(5n) }, log)
    expect(answer).toMatchObject({ status: 0, word: 'valid', stderr: '' })
  })

  it.each([
    [1, 0, 1],
    [2, 1, 1],
    [37, 36, 32],
    [37, 0, 37],
  ])('P4.5: finds the record of a log of %i at index %i valid, consistent with size %i', (size, index, earlierSize) => {
    const log = createExampleLog({ size, index, earlierSize })
    expect(runScript({ bytes: log.bytes }, log)).toMatchObject({ status: 0, word: 'valid', stderr: '' })
  })

  const log = createExampleLog()
  it.each(attacks)('P4.5: to "$name" answers $verdict', ({ verdict, commit }) => {
    expect(runScript(commit(log), log)).toMatchObject({ status: verdictExitCodes[verdict], word: verdict })
  })

  it('P4.5: takes no key with which anybody can sign, whatever its openssl says of the forgery', () => {
    const { bytes, pem, vkey } = forgeForIdentity(log)
    const runs = [
      runScript({ bytes }, { ...log, recordKey: { ...log.recordKey, pem }, vkey }),
      runScript({ bytes }, { ...log, recordKey: { ...log.recordKey, pem } }),
      runScript({ bytes }, { ...log, vkey }),
    ]
    for (const run of runs) expect(run).toMatchObject({ status: 64, word: 'unusable' })
  })

  it.each([...smallOrderEncodings, ...beyondTheField].map((raw) => [encodeHex(raw), raw] as const))(
    'P4.5: takes no log key %s',
    (_hex, raw) => {
      const answer = runScript({ bytes: log.bytes }, { ...log, vkey: uncheckedVkey(exampleOrigin, raw) })
      expect(answer).toMatchObject({ status: 64, word: 'unusable' })
      expect(answer.stdout).toContain('anybody could sign with it')
    },
  )

  it('P4.5: takes no kept checkpoint that is another’s, wrongly signed or too large', () => {
    const kept = log.checkpointAt(5n)
    const answers = [
      createExampleLog().checkpointAt(5n),
      kept.replace('\n5\n', '\n6\n'),
      kept + ' '.repeat(65_536),
    ].map((it) => runScript({ bytes: log.bytes, kept: it }, log).word)
    expect(answers).toEqual(['unusable', 'unusable', 'unusable'])
  })

  it('verifies each file of a folder, and ends with the first verdict that is not "valid"', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bundles-'))
    writeFileSync(join(folder, 'a.json'), log.bytes)
    writeFileSync(join(folder, 'b.json'), log.bytes.slice(1))
    const keys = mkdtempSync(join(tmpdir(), 'keys-'))
    writeFileSync(join(keys, 'record.pem'), log.recordKey.pem)
    const { status, stdout } = spawnSync('bash', [scriptPath, folder, join(keys, 'record.pem'), log.vkey], {
      encoding: 'utf8',
    })
    for (const path of [folder, keys]) rmSync(path, { recursive: true })
    expect(status).toBe(verdictExitCodes.malformed)
    expect(stdout).toMatch(/^a\.json: valid: .+\nb\.json: malformed: .+\n$/)
  })

  it('says which sections it was shown and which were withheld', () => {
    expect(runScript({ bytes: log.bytes }, log).stdout).toMatch(/; disclosed: after before; withheld: rationale\n$/)
    const silent = encodeBundle({ ...log.bundle, disclosures: [] })
    expect(runScript({ bytes: silent }, log).stdout).toMatch(/; disclosed: none; withheld: before after rationale\n$/)
  })

  it('does not call a section erased on the word of the bundle alone', () => {
    const bytes = encodeBundle({ ...log.bundle, disclosures: [{ section: 'before', erased: true }] })
    const { stdout } = runScript({ bytes }, log)
    expect(stdout).toMatch(/^payload_erased: said to be erased: before; nothing proves it yet/)
    expect(stdout).toMatch(/; disclosed: none; withheld: after rationale\n$/)
  })
})
