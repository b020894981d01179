import {
  bigEndian,
  concatBytes,
  encodeBase64,
  encodeBundle,
  encodeEntry,
  encodeHex,
  encodePem,
  entryFromEnvelope,
  formatTlogProof,
  hashLeaf,
  sha256,
  signCheckpoint,
  signEnvelope,
  statementPayloadType,
} from '../src/index.ts'
import type { PublicKey } from '../src/index.ts'
import { exampleOrigin } from './example-record.ts'
import type { ExampleLog } from './example-record.ts'

const ed25519SpkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const fieldPrime = 2n ** 255n - 19n
const order8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n

/** Each encoding of a point of small order: canonical ones, and those with a sign of zero or a y beyond the field. */
export const smallOrderEncodings: readonly Uint8Array[] = [0n, 1n, fieldPrime - 1n, fieldPrime, fieldPrime + 1n]
  .concat([order8, fieldPrime - order8])
  .flatMap((y) => [encodePoint(y, 0), encodePoint(y, 1)])

/** Each encoding of a y beyond the field: it stands for another. */
export const beyondTheField: readonly Uint8Array[] = Array.from({ length: 19 }, (_, over) =>
  encodePoint(fieldPrime + BigInt(over), 0),
)

function encodePoint(y: bigint, sign: 0 | 1): Uint8Array {
  const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').toReversed()
  bytes[31] = (bytes[31] ?? 0) | (sign << 7)
  return new Uint8Array(bytes)
}

/** A key of these 32 bytes as no importer would let it pass, with its PEM. */
export function uncheckedKey(raw: Uint8Array): {
  readonly publicKey: Pick<PublicKey, 'spki' | 'keyid'>
  readonly pem: string
} {
  const spki = concatBytes(ed25519SpkiPrefix, raw)
  return { publicKey: { spki, keyid: encodeHex(sha256(spki)) }, pem: encodePem(spki) }
}

/** The vkey of these 32 bytes under a name. */
export function uncheckedVkey(name: string, raw: Uint8Array, type: 1 | 4 = 1): string {
  const typed = concatBytes(Uint8Array.of(type), raw)
  const keyId = encodeHex(sha256(concatBytes(Buffer.from(`${name}\n`), typed)).subarray(0, 4))
  return `${name}+${keyId}+${encodeBase64(typed)}`
}

/** A bundle that nobody signed: R is the base point and S is 1, which fits every message under the identity as the key. */
export function forgeForIdentity(log: ExampleLog): {
  readonly bytes: Uint8Array
  readonly pem: string
  readonly vkey: string
} {
  const identity = encodePoint(1n, 0)
  const { publicKey, pem } = uncheckedKey(identity)
  const vkey = uncheckedVkey(exampleOrigin, identity)
  const forged = concatBytes(Uint8Array.of(0x58), new Uint8Array(31).fill(0x66), bigEndian(1, 1), new Uint8Array(31))
  const payload = Buffer.from(log.bundle.dsseEnvelope.payload, 'base64')
  const dsseEnvelope = signEnvelope(statementPayloadType, payload, [{ keyid: publicKey.keyid, sign: () => forged }])
  const entry = encodeEntry(entryFromEnvelope('pacr', dsseEnvelope))
  const checkpoint = signCheckpoint({ origin: exampleOrigin, size: 1n, root: hashLeaf(entry) }, [
    { name: exampleOrigin, keyId: vkey.split('+')[1] ?? '', sign: () => forged },
  ])
  const bytes = encodeBundle({
    ...log.bundle,
    entry,
    dsseEnvelope,
    tlogProof: formatTlogProof({ index: 0n, hashes: [], checkpoint }),
    consistencyProof: null,
    keyHints: { recordKey: publicKey.spki, logVkey: vkey },
  })
  return { bytes, pem, vkey }
}
