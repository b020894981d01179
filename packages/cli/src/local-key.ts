import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CommandFailure } from './command-failure.ts'

/** A key that is read, or made, when it is first asked for: most files hold nothing to digest. */
export type LocalKey = () => Uint8Array

/** Where it is told that a key was made, and that none can be kept. */
interface KeyTelling {
  readonly remark: (line: string) => void
  readonly warn: (line: string) => unknown
}

const KEY_BYTES = 32

/**
 * This machine's own key for digests of texts that may not be shown, such as prompts without a label: under it a text has the same name in
 * each file and at each run. It never leaves the machine; a server has one of its own for each tenant. Where it can't be kept, one of this
 * run alone stands in, and that is told.
 * @throws {CommandFailure} `failed` if what is kept is no key
 */
export function localKey(path: string, tell: KeyTelling): LocalKey {
  let key: Uint8Array | undefined
  return () => (key ??= readKey(path) ?? makeKey(path, tell))
}

function readKey(path: string): Uint8Array | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  if (/^[0-9a-f]{64}\n?$/.test(text)) return Buffer.from(text.trim(), 'hex')
  throw new CommandFailure('failed', `The key for names of prompts is damaged: ${path}.`, {
    remedy: 'Restore the file from a backup, or remove it: prompts without a label then get other names.',
  })
}

/** Of two commands that make one at once, both end with the one that was there first: a link is made whole or not at all. */
function makeKey(path: string, tell: KeyTelling): Uint8Array {
  const key = randomBytes(KEY_BYTES)
  const temporary = `${path}.${randomUUID()}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    chmodSync(dirname(path), 0o700)
    writeFileSync(temporary, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    linkSync(temporary, path)
    tell.remark(
      `Made a key for names of what may not be shown, such as prompts without a label; it stays here: ${path}`,
    )
    return key
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const made = code === 'EEXIST' ? readKey(path) : undefined
    if (made !== undefined) return made
    tell.warn(
      `Names like prompt-3f9a1c2e hold for this run alone: their key cannot be kept in ${path} (${code}). Set XDG_CONFIG_HOME to a folder that can be written.`,
    )
    return key
  } finally {
    rmSync(temporary, { force: true })
  }
}
