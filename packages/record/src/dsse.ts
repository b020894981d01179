import { encodeBase64 } from './base64.ts'
import { concatBytes, utf8 } from './bytes.ts'
import { verifySignature } from './crypto.ts'
import type { PublicKey } from './crypto.ts'
import { arrayField, base64Field, digestField, exactFields, textField } from './fields.ts'
import { refuseLarger } from './limits.ts'
import { RecordError } from './record-error.ts'

/** Longest message that every cloud key manager signs. */
export const maxSignedBytes = 4095
/** Size of the longest P-256 signature in DER; those of Ed25519 have 64 bytes. */
const maxSignatureBytes = 72

/** Something that holds a private key: in memory, in an HSM or in a cloud key manager's cache. */
export interface Signer {
  /** Hex SHA-256 of the public key's SPKI DER. */
  readonly keyid: string
  sign(bytes: Uint8Array): Uint8Array
}

/** One signature of an envelope; `sig` is Base64. */
export interface EnvelopeSignature {
  readonly keyid: string
  readonly sig: string
}

/** A DSSE envelope as it is written in JSON: `payload` and `sig` are Base64. Source: DSSE v1.0.2, envelope.md. */
export interface Envelope {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly EnvelopeSignature[]
}

/** Makes the bytes that a DSSE signature signs: the pre-authentication encoding. Source: DSSE v1.0.2, protocol.md. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return concatBytes(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload)
}

/** Wraps a payload in an envelope, signed by each of the signers. */
export function signEnvelope(payloadType: string, payload: Uint8Array, signers: readonly Signer[]): Envelope {
  const signed = preAuthEncoding(payloadType, payload)
  return {
    payload: encodeBase64(payload),
    payloadType,
    signatures: signers.map((signer) => ({ keyid: signer.keyid, sig: encodeBase64(signer.sign(signed)) })),
  }
}

/**
 * Checks every signature of an envelope and returns its payload. A signature by a key that isn't trusted is
 * refused rather than skipped: a record must hold nothing that its verifier can't vouch for.
 * @throws RecordError `unknown_key`, `bad_signature`
 */
export function verifyEnvelope(envelope: Envelope, trustedKeys: readonly PublicKey[]): Uint8Array {
  const payload = base64Field(envelope.payload, 'payload')
  const signed = preAuthEncoding(envelope.payloadType, payload)
  if (envelope.signatures.length === 0) throw new RecordError('bad_signature', 'the envelope has no signature')
  for (const { keyid, sig } of envelope.signatures) {
    const key = trustedKeys.find((trusted) => trusted.keyid === keyid)
    if (key === undefined) throw new RecordError('unknown_key', `key ${keyid} signed the envelope, and is not trusted`)
    if (verifySignature(key, signed, base64Field(sig, 'sig'))) continue
    throw new RecordError('bad_signature', `the envelope's signature by key ${keyid} does not verify`)
  }
  return payload
}

/**
 * Reads a record's envelope from parsed JSON: one signature, over no more than every key manager signs.
 * @throws RecordError for any field that isn't exactly as it must be
 */
export function readEnvelope(value: unknown): Envelope {
  const fields = exactFields(value, 'dsseEnvelope', ['payload', 'payloadType', 'signatures'])
  const payload = textField(fields.payload, 'payload')
  const payloadType = textField(fields.payloadType, 'payloadType', /^[ -~]*$/)
  refuseLarger(payload + payloadType, 'the envelope', 2 * maxSignedBytes)
  refuseLarger(preAuthEncoding(payloadType, base64Field(payload, 'payload')), 'what is signed', maxSignedBytes)
  const [signature, ...others] = arrayField(fields.signatures, 'signatures')
  if (others.length > 0) throw new RecordError('bad_field', 'a record has one signature')
  return { payload, payloadType, signatures: [readSignature(signature)] }
}

function readSignature(value: unknown): EnvelopeSignature {
  const { keyid, sig } = exactFields(value, 'signature', ['keyid', 'sig'])
  refuseLarger(base64Field(sig, 'sig'), 'the signature', maxSignatureBytes)
  return { keyid: digestField(keyid, 'keyid'), sig: textField(sig, 'sig') }
}
