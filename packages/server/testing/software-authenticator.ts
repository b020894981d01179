import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { PasskeyAssertion, PasskeyAttestation } from '@afterai/contract'

/** Statements of an authenticator and its browser, where a test wants them to say something else than the truth. */
export interface Ceremony {
  readonly origin: string
  readonly rpId?: string
  readonly userVerified?: boolean
  readonly signCount?: number
  readonly type?: string
}

/** One passkey of an authenticator made of software, whose answers may be as wrong as a test wants; a browser's can't. */
export interface SoftwarePasskey {
  readonly credentialId: Buffer
  attest(challenge: string, ceremony: Ceremony): PasskeyAttestation
  assert(challenge: string, ceremony: Ceremony & { readonly userHandle?: string }): PasskeyAssertion
}

const flags = { userPresent: 0x01, userVerified: 0x04, attested: 0x40 }

/** Makes an ES256 passkey. Source of the layouts: Web Authentication Level 3, §6.1 and §6.5. */
export function softwarePasskey(): SoftwarePasskey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const credentialId = randomBytes(32)
  const id = credentialId.toString('base64url')
  let uses = 0
  return {
    credentialId,
    attest(challenge, ceremony) {
      const length = Buffer.from([0, credentialId.length])
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(x, y)])
      const authData = Buffer.concat([head(ceremony, ceremony.signCount ?? 0, flags.attested), attested])
      const attestationObject = Buffer.concat([
        Buffer.from([0xa3]),
        cborText('fmt'),
        cborText('none'),
        cborText('attStmt'),
        Buffer.from([0xa0]),
        cborText('authData'),
        Buffer.from([0x59, authData.length >> 8, authData.length & 0xff]),
        authData,
      ])
      const response = {
        clientDataJSON: clientData('webauthn.create', challenge, ceremony).toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal'],
      }
      return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
    },
    assert(challenge, ceremony) {
      uses += 1
      const authData = head(ceremony, ceremony.signCount ?? uses, 0)
      const data = clientData('webauthn.get', challenge, ceremony)
      const signed = Buffer.concat([authData, createHash('sha256').update(data).digest()])
      const { userHandle } = ceremony
      const response = {
        clientDataJSON: data.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, privateKey).toString('base64url'),
        ...(userHandle === undefined ? {} : { userHandle: Buffer.from(userHandle).toString('base64url') }),
      }
      return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
    },
  }
}

function head({ origin, rpId, userVerified = true }: Ceremony, signCount: number, more: number): Buffer {
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(signCount)
  const site = createHash('sha256')
    .update(rpId ?? new URL(origin).hostname)
    .digest()
  return Buffer.concat([
    site,
    Buffer.from([flags.userPresent | (userVerified ? flags.userVerified : 0) | more]),
    counter,
  ])
}

function clientData(type: string, challenge: string, ceremony: Ceremony): Buffer {
  return Buffer.from(
    JSON.stringify({ type: ceremony.type ?? type, challenge, origin: ceremony.origin, crossOrigin: false }),
  )
}

function coseKey(x: string, y: string): Buffer {
  const coordinate = (label: number, text: string): Buffer =>
    Buffer.concat([Buffer.from([label, 0x58, 0x20]), Buffer.from(text, 'base64url')])
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]),
    coordinate(0x21, x),
    coordinate(0x22, y),
  ])
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)])
}
