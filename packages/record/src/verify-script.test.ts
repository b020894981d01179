import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { attacks } from '../testing/attacks.ts'
import { createExampleLog } from '../testing/example-record.ts'
import { encodeBundle } from './bundle.ts'
import { runScript } from '../testing/verify-script.ts'
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

  it('says which sections it was shown and which were withheld', () => {
    expect(runScript({ bytes: log.bytes }, log).stdout).toMatch(/; disclosed: before after; withheld: rationale\n$/)
    const silent = encodeBundle({ ...log.bundle, disclosures: [] })
    expect(runScript({ bytes: silent }, log).stdout).toMatch(/; disclosed: none; withheld: before after rationale\n$/)
  })

  it('does not call a section erased on the word of the bundle alone', () => {
    const bytes = encodeBundle({ ...log.bundle, disclosures: [{ section: 'before', erased: true }] })
    const { stdout } = runScript({ bytes }, log)
    expect(stdout).toMatch(/^payload_erased: said to be erased: before; nothing proves it yet/)
    expect(stdout).toMatch(/; disclosed: none; withheld: after rationale\n$/)
  })

  // A sample of the file's bytes; verify.test.ts flips them all.
  const positions = Array.from({ length: Math.floor(log.bytes.length / 193) }, (_, at) => at * 193)
  it.each(positions)('P4.5: does not find the bundle valid with byte %i flipped', (at) => {
    const bytes = log.bytes.map((byte, position) => (position === at ? byte ^ 1 : byte))
    const { status } = runScript({ bytes }, log)
    expect(Object.values(verdictExitCodes).filter((code) => code > 0)).toContain(status)
  })
})
