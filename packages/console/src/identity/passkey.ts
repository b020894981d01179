import type { Operations } from '@afterai/client'

/** A passkey's answer as the API takes it. */
export type Assertion = Operations['signInWithPasskey']['body']['assertion']

/** Whether this browser knows passkeys, and can read the server's options for them. */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential
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
