import { createPublicKey, verify } from 'node:crypto'
import { dsse as sigstore } from '@sigstore/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createExampleKey } from '../testing/example-record.ts'
import { hasFixtures, readFixture } from '../testing/fixtures.ts'
import { encodeBase64 } from './base64.ts'
import { utf8 } from './bytes.ts'
import { preAuthEncoding, readEnvelope, signEnvelope, verifyEnvelope } from './dsse.ts'

describe('preAuthEncoding', () => {
  it('writes the example of the DSSE protocol', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'))
    expect(encoded).toEqual(utf8('DSSEv1 29 http://example.com/HelloWorld 11 hello world'))
  })

  it('agrees with sigstore on any type and payload', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.uint8Array(), (type, payload) => {
        expect(preAuthEncoding(type, payload)).toEqual(
          new Uint8Array(sigstore.preAuthEncoding(type, Buffer.from(payload))),
        )
      }),
    )
  })
})

describe.each(['ed25519', 'p256'] as const)('an envelope signed with %s', (algorithm) => {
  const key = createExampleKey(algorithm)
  const stranger = createExampleKey(algorithm)
  const envelope = signEnvelope('text/plain', utf8('hello'), [key.signer])

  it('gives back its payload under the key that signed', () => {
    expect(verifyEnvelope(readEnvelope(envelope), [key.publicKey])).toEqual(utf8('hello'))
  })

  it('is refused under any other key', () => {
    expect(() => verifyEnvelope(envelope, [stranger.publicKey])).toThrow(
      expect.objectContaining({ code: 'unknown_key' }),
    )
  })

  it('is refused when another key signed in the name of the trusted one', () => {
    const forged = signEnvelope('text/plain', utf8('hello'), [{ ...stranger.signer, keyid: key.signer.keyid }])
    expect(() => verifyEnvelope(forged, [key.publicKey])).toThrow(expect.objectContaining({ code: 'bad_signature' }))
  })

  it.each([{ payload: encodeBase64(utf8('hellp')) }, { payloadType: 'text/plaim' }, { signatures: [] }])(
    'is refused with the change %j',
    (change) => {
      expect(() => verifyEnvelope({ ...envelope, ...change }, [key.publicKey])).toThrow(
        expect.objectContaining({ code: 'bad_signature' }),
      )
    },
  )

  it('is refused when one of two signatures is wrong', () => {
    const both = signEnvelope('text/plain', utf8('hello'), [key.signer, stranger.signer])
    expect(() => verifyEnvelope(both, [key.publicKey])).toThrow(expect.objectContaining({ code: 'unknown_key' }))
    expect(verifyEnvelope(both, [key.publicKey, stranger.publicKey])).toEqual(utf8('hello'))
  })
})

function coordinate(decimal: string): string {
  return Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex').toString('base64url')
}

interface DsseVector {
  readonly x: string
  readonly y: string
  readonly envelope: {
    readonly payloadType: string
    readonly payload: string
    readonly signatures: readonly [{ sig: string }]
  }
}

it.skipIf(!hasFixtures)('signs what the published DSSE envelope signs (skipped without the fixtures)', () => {
  const { x, y, envelope }: DsseVector = JSON.parse(readFixture('dsse.json'))
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(x), y: coordinate(y) }
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const signed = preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'))
  const signature = Buffer.from(envelope.signatures[0].sig, 'base64')
  // The vector's signature is bare r||s; records carry DER, which cloud key managers and openssl speak.
  expect(verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
})
