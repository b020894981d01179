import { readFileSync, statSync } from 'node:fs'

const largestSecretBytes = 65_536

/** The content of a mounted secret, or why it can't be used. */
export type SecretFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string; readonly fix: string }

/** Reads a secret from a file, without the line break at its end. */
export function readSecretFile(path: string, { ownerOnly }: { ownerOnly: boolean }): SecretFile {
  try {
    const status = statSync(path)
    if (!status.isFile())
      return { ok: false, problem: 'It names something that is no file.', fix: 'Name the file that holds the secret.' }
    if (status.size > largestSecretBytes) {
      return {
        ok: false,
        problem: `Its file is larger than ${largestSecretBytes} bytes.`,
        fix: 'Name the file that holds the secret alone.',
      }
    }
    if (ownerOnly && (status.mode & 0o077) !== 0) {
      return {
        ok: false,
        problem: 'Other accounts of this machine may read its file.',
        fix: 'Run chmod 600 on the file (for a mounted secret: set its mode to 0400).',
      }
    }
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '')
    if (text === '') return { ok: false, problem: 'Its file is empty.', fix: 'Write the secret into the file.' }
    return { ok: true, text }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return {
      ok: false,
      problem: `Its file can't be read (${code}).`,
      fix: 'Name a file that exists and that AfterAI may read.',
    }
  }
}
