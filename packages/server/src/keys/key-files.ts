import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A signing key with its public half. */
export interface SigningKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** The instance's own keys: one for each purpose, none of them in the database. */
export interface InstanceKeys {
  /** Signs the envelopes of records and audit events. */
  readonly record: SigningKey
  /** Signs the checkpoints of the logs. */
  readonly log: SigningKey
  /** Signs access tokens. */
  readonly session: SigningKey
  /** Keys the hashes of API keys, refresh handles and codes. */
  readonly credentialHash: Uint8Array
  /** Wraps the tenants' keys. */
  readonly master: Uint8Array
}

/** A key file that may not be used as it is: what is wrong with which, and what to do. */
export class KeyFileError extends Error {
  readonly problem: string
  readonly fix: string

  constructor(problem: string, fix: string, options?: ErrorOptions) {
    super(`${problem}. ${fix}`, options)
    this.problem = problem
    this.fix = fix
  }
}

/**
 * Reads the instance's keys from a folder, making those that aren't there. The folder is 0700, its files 0600.
 * Two processes that start at once end up with the same keys.
 * @throws KeyFileError for a file that others may read, or that holds no key
 */
export async function loadInstanceKeys(folder: string): Promise<InstanceKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  return {
    record: await signingKey(join(folder, 'record-signing.pem')),
    log: await signingKey(join(folder, 'log-signing.pem')),
    session: await signingKey(join(folder, 'session-signing.pem')),
    credentialHash: await secretKey(join(folder, 'credential-hash.key')),
    master: await secretKey(join(folder, 'master.key')),
  }
}

async function signingKey(path: string): Promise<SigningKey> {
  const pem = await readOrMake(path, () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  try {
    const privateKey = createPrivateKey(pem)
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key')
    return { privateKey, publicKey: createPublicKey(privateKey) }
  } catch (cause) {
    throw new KeyFileError(`${path} holds no Ed25519 private key in PEM`, 'Restore it from your backup.', { cause })
  }
}

async function secretKey(path: string): Promise<Uint8Array> {
  const text = await readOrMake(path, () => `${randomBytes(32).toString('base64')}\n`)
  const bytes = Buffer.from(text.trim(), 'base64')
  if (bytes.length !== 32 || bytes.toString('base64') !== text.trim()) {
    throw new KeyFileError(`${path} does not hold 32 bytes in Base64`, 'Restore it from your backup.')
  }
  return bytes
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  const kept = await readKey(path)
  if (kept !== undefined) return kept
  // Written aside and linked into place: never half a key, and of two processes the first one's key stays.
  const aside = `${path}.${process.pid}.new`
  await writeFile(aside, make(), { mode: 0o600, flag: 'wx', flush: true })
  await link(aside, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(aside)
  return readFile(path, 'utf8')
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(path)
    if ((mode & 0o077) !== 0) throw new KeyFileError(`${path} can be read by others`, `Run: chmod 600 ${path}`)
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
