import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { attacks } from '../testing/attacks.ts'
import type { Evidence } from '../testing/attacks.ts'
import { createExampleLog } from '../testing/example-record.ts'
import type { ExampleLog } from '../testing/example-record.ts'
import { verdictExitCodes } from './verify.ts'

const script = fileURLToPath(new URL('../../../docs/verify.sh', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'verify-'))
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

function runScript({ bytes, kept }: Evidence, { recordKey, vkey }: ExampleLog) {
  const keptPath = kept === undefined ? [] : [write('kept', kept)]
  const args = [script, write('bundle.json', bytes), write('record.pem', recordKey.pem), vkey, ...keptPath]
  const { status, stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8' })
  return { status, word: stdout.split(':')[0], stderr }
}

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
    expect(runScript({ bytes: log.bytes }, log)).toEqual({ status: 0, word: 'valid', stderr: '' })
  })

  it.each(['ed25519', 'p256'] as const)('P4.5: finds a record signed with %s valid', (algorithm) => {
    const log = createExampleLog({ algorithm })
    const answer = runScript({ bytes: log.bytes, kept: log.checkpointAt(5n) }, log)
    expect(answer).toEqual({ status: 0, word: 'valid', stderr: '' })
  })

  it.each([
    [1, 0, 1],
    [2, 1, 1],
    [37, 36, 32],
    [37, 0, 37],
  ])('P4.5: finds the record of a log of %i at index %i valid, consistent with size %i', (size, index, earlierSize) => {
    const log = createExampleLog({ size, index, earlierSize })
    expect(runScript({ bytes: log.bytes }, log)).toEqual({ status: 0, word: 'valid', stderr: '' })
  })

  const log = createExampleLog()
  it.each(attacks)('P4.5: to "$name" answers $verdict', ({ verdict, commit }) => {
    expect(runScript(commit(log), log)).toMatchObject({ status: verdictExitCodes[verdict], word: verdict })
  })

  // A sample of the file's bytes; verify.test.ts flips them all.
  const positions = Array.from({ length: Math.floor(log.bytes.length / 193) }, (_, at) => at * 193)
  it.each(positions)('P4.5: does not find the bundle valid with byte %i flipped', (at) => {
    const bytes = log.bytes.map((byte, position) => (position === at ? byte ^ 1 : byte))
    const { status } = runScript({ bytes }, log)
    expect(Object.values(verdictExitCodes).filter((code) => code > 0)).toContain(status)
  })
})
