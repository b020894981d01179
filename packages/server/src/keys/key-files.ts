import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { chmod, link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncDirectory } from '@afterai/embedded-postgres/whole-file'

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
 * Reads the instance's keys from a folder; with `make`, makes those that aren't there. The folder is 0700, its files 0600.
 * Two processes that start at once end up with the same keys.
 * @throws KeyFileError for a file that others may read, that holds no key, or that is missing and may not be made
 */
export async function loadInstanceKeys(folder: string, { make }: { make: boolean }): Promise<InstanceKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const keep = (name: string, generate: () => string): Promise<string> => {
    const path = join(folder, name)
    return make ? readOrMake(path, generate) : readOrFail(path)
  }
  const signing = async (name: string): Promise<SigningKey> =>
    toSigningKey(await keep(name, newSigningKey), join(folder, name))
  const secret = async (name: string): Promise<Uint8Array> => toSecret(await keep(name, newSecret), join(folder, name))
  return {
    record: await signing('record-signing.pem'),
    log: await signing('log-signing.pem'),
    session: await signing('session-signing.pem'),
    credentialHash: await secret('credential-hash.key'),
    master: await secret('master.key'),
  }
}

/** A digest of all of an instance's keys, which tells nothing of them: the database keeps whose it is. */
export function fingerprintOf(keys: InstanceKeys): string {
  const publicKeys = [keys.record, keys.log, keys.session].map((it) =>
    it.publicKey.export({ type: 'spki', format: 'der' }),
  )
  const proofs = [keys.credentialHash, keys.master].map((key) =>
    createHmac('sha256', key).update('afterai instance').digest(),
  )
  return createHash('sha256')
    .update(Buffer.concat([...publicKeys, ...proofs]))
    .digest('hex')
}

function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function newSecret(): string {
  return `${randomBytes(32).toString('base64')}\n`
}

function toSigningKey(pem: string, path: string): SigningKey {
  try {
    const privateKey = createPrivateKey(pem)
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key')
    return { privateKey, publicKey: createPublicKey(privateKey) }
  } catch (cause) {
    throw new KeyFileError(`${path} holds no Ed25519 private key in PEM`, 'Restore it from your backup.', { cause })
  }
}

function toSecret(text: string, path: string): Uint8Array {
  const bytes = Buffer.from(text.trim(), 'base64')
  if (bytes.length !== 32 || bytes.toString('base64') !== text.trim()) {
    throw new KeyFileError(`${path} does not hold 32 bytes in Base64`, 'Restore it from your backup.')
  }
  return bytes
}

async function readOrFail(path: string): Promise<string> {
  const kept = await readKey(path)
  if (kept !== undefined) return kept
  throw new KeyFileError(
    `${path} isn't there, and the database belongs to keys that were made before`,
    'Restore the key directory from your backup, or name it in AFTERAI_KEY_DIR.',
  )
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  if ((await readKey(path)) === undefined) {
    // Written aside and linked into place: never half a key, and of two processes the first one's key stays.
    const aside = `${path}.${randomBytes(8).toString('hex')}.new`
    await writeFile(aside, make(), { mode: 0o600, flag: 'wx', flush: true })
    await link(aside, path).catch((error: NodeJS.ErrnoException) => {
      // The other process, done before, may have taken away what was written here.
      if (error.code !== 'EEXIST' && error.code !== 'ENOENT') throw error
    })
    syncDirectory(dirname(path))
  }
  await removeUnlinked(path)
  return readFile(path, 'utf8')
}

// Also what a process left that was killed before it came to this.
async function removeUnlinked(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    const isUnlinked = name.startsWith(`${basename(path)}.`) && name.endsWith('.new')
    if (isUnlinked) await rm(join(folder, name), { force: true })
  }
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
