import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Evidence } from './attacks.ts'
import type { ExampleLog } from './example-record.ts'

const script = fileURLToPath(new URL('../../../docs/verify.sh', import.meta.url))

/** What `docs/verify.sh` says of an evidence: its exit code, the verdict's word, and all that it wrote. */
export interface ScriptAnswer {
  readonly status: number | null
  readonly word: string | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs `docs/verify.sh` as an auditor does who has pinned the log's keys. */
export function runScript({ bytes, kept }: Evidence, { recordKey, vkey }: ExampleLog): ScriptAnswer {
  const folder = mkdtempSync(join(tmpdir(), 'verify-'))
  const write = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  try {
    const keptPath = kept === undefined ? [] : [write('kept', kept)]
    const args = [script, write('bundle.json', bytes), write('record.pem', recordKey.pem), vkey, ...keptPath]
    const { status, stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8' })
    return { status, word: stdout.split(':')[0], stdout, stderr }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
