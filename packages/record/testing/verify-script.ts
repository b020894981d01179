import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Evidence } from './attacks.ts'
import type { ExampleLog } from './example-record.ts'

/** Path of `docs/verify.sh`. */
export const scriptPath: string = fileURLToPath(new URL('../../../docs/verify.sh', import.meta.url))

/** The answer of `docs/verify.sh` to an evidence: its exit code, the verdict's word, and all that it wrote. */
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
    const args = [scriptPath, write('bundle.json', bytes), write('record.pem', recordKey.pem), vkey, ...keptPath]
    const { status, stdout, stderr } = spawnSync('bash', args, { encoding: 'utf8' })
    return { status, word: stdout.split(':')[0], stdout, stderr }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Runs `docs/verify.sh` on many bundles, in one process for each half of them, and answers the verdicts' words, in their order. */
export async function runScriptOnAll(bundles: readonly Uint8Array[], log: ExampleLog): Promise<readonly string[]> {
  const half = Math.ceil(bundles.length / 2)
  const halves = await Promise.all([bundles.slice(0, half), bundles.slice(half)].map((some) => runOnFolder(some, log)))
  return halves.flat()
}

async function runOnFolder(bundles: readonly Uint8Array[], { recordKey, vkey }: ExampleLog): Promise<string[]> {
  if (bundles.length === 0) return []
  const [folder, keys] = await Promise.all([mkdtemp(join(tmpdir(), 'verify-')), mkdtemp(join(tmpdir(), 'verify-'))])
  const pem = join(keys, 'record.pem')
  try {
    await writeFile(pem, recordKey.pem)
    for (const [at, bytes] of bundles.entries()) await writeFile(join(folder, String(at).padStart(6, '0')), bytes)
    const stdout = await new Promise<string>((resolve) => {
      execFile('bash', [scriptPath, folder, pem, vkey], { maxBuffer: 2 ** 26 }, (_error, out) => resolve(out))
    })
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => /^\d{6}: (\w+): /.exec(line)?.[1] ?? line)
  } finally {
    await Promise.all([folder, keys].map((path) => rm(path, { recursive: true })))
  }
}
