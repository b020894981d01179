import type { Operations } from '@afterai/client'

/** A passkey's answer as the API takes it. */
export type Assertion = Operations['signInWithPasskey']['body']['assertion']

/** Why no passkey can be used here; undefined where one can. */
export function noPasskeys(): string | undefined {
  if (typeof PublicKeyCredential !== 'function' || !('parseRequestOptionsFromJSON' in PublicKeyCredential))
    return 'This browser knows no passkeys.'
  // A browser binds each to a name, and a bare address is none (WebAuthn §5.1.2).
  return /^[\d.]+$|^\[/.test(location.hostname)
    ? 'Passkeys belong to a name, and this server is open at a bare address. AFTERAI_PUBLIC_URL gives it one, such as http://localhost:4680.'
    : undefined
}

/** Whether a passkey can be used here. */
export function hasPasskeys(): boolean {
  return noPasskeys() === undefined
}

/**
 * Asks the reader's device for a passkey.
 * @throws {DOMException} `NotAllowedError` if the reader or the device said no
 */
export async function askForPasskey(
  options: unknown,
  more: { readonly conditional?: boolean; readonly signal?: AbortSignal } = {},
): Promise<Assertion> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON)
  const credential = await navigator.credentials.get({
    publicKey,
    ...(more.conditional === true ? { mediation: 'conditional' as const } : {}),
    ...(more.signal === undefined ? {} : { signal: more.signal }),
  })
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('no passkey was given', 'NotAllowedError')
  return credential.toJSON() as Assertion
}

/** A new passkey's answer as the API takes it. */
export type Attestation = Operations['addPasskey']['body']['attestation']

/**
 * Makes a passkey on the reader's device.
 * @throws {DOMException} `InvalidStateError` if the device has one of this account; `NotAllowedError` if the reader or the device said no
 */
export async function makePasskey(options: unknown): Promise<Attestation> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON)
  const credential = await navigator.credentials.create({ publicKey })
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('no passkey was made', 'NotAllowedError')
  return credential.toJSON() as Attestation
}
