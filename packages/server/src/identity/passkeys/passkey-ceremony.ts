import { randomBytes } from 'node:crypto'
import type { PasskeyAssertion, PasskeyAttestation } from '@afterai/contract'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Database } from '../../platform/database.ts'
import type { HashCredential } from '../../access/index.ts'

/** COSE's Ed25519, ES256 and RS256, the one that some Windows machines need. */
const algorithms = [-8, -7, -257]

// A tenth of what the server loads, for those who have passkeys: with the first of them, not with each start.
const library = () => import('@simplewebauthn/server')

const clientData = z.object({ challenge: z.string() })

/** The site that passkeys are made for. `origin` is known once the server listens. */
export interface PasskeySite {
  readonly origin: () => string
}

/** Dependencies of passkey ceremonies. */
export interface CeremonyDependencies {
  readonly db: Database
  readonly hashCredential: HashCredential
  readonly site: PasskeySite
}

/** The purpose of a challenge, and the account whose passkeys it is for: none yet where somebody signs in by passkey alone. */
export interface Purpose {
  readonly purpose: 'register' | 'sign_in' | 'second_factor' | 'step_up'
  readonly accountId: string | null
}

/** A passkey that an authenticator holds, as far as the browser must know it. */
export interface KnownPasskey {
  readonly credential_id: Uint8Array
  readonly transports: readonly string[]
}

/** A passkey that has just signed a challenge, its user verified; its counter isn't compared yet. */
export interface VerifiedPasskey {
  readonly id: string
  readonly accountId: string
  readonly signCount: number
  readonly synced: boolean
}

/** Options with which a browser makes a passkey: discoverable, its user verified, without attestation. */
export async function registrationOptions(
  deps: CeremonyDependencies,
  account: { id: string; email: string; name: string },
  known: readonly KnownPasskey[],
): Promise<{ challenge: string }> {
  const challenge = await newChallenge(deps, { purpose: 'register', accountId: account.id })
  const { generateRegistrationOptions } = await library()
  const { extensions: _none, ...options } = await generateRegistrationOptions({
    rpName: 'AfterAI',
    rpID: rpIdOf(deps.site),
    userName: account.email,
    userDisplayName: account.name,
    userID: Uint8Array.from(Buffer.from(account.id)),
    challenge,
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: known.map(descriptorOf),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  return options
}

/** Options with which a browser signs: with one of `known`, or with whatever passkey the person picks. */
export async function assertionOptions(
  deps: CeremonyDependencies,
  purpose: Purpose,
  known: readonly KnownPasskey[],
): Promise<{ challenge: string }> {
  const { generateAuthenticationOptions } = await library()
  return generateAuthenticationOptions({
    rpID: rpIdOf(deps.site),
    challenge: await newChallenge(deps, purpose),
    allowCredentials: known.map(descriptorOf),
    userVerification: 'required',
  })
}

/** Checks what a browser made. Undefined for whatever isn't right; the challenge is spent either way. */
export async function checkAttestation(deps: CeremonyDependencies, attestation: PasskeyAttestation, accountId: string) {
  const expectedChallenge = await spendChallenge(deps, attestation.response, { purpose: 'register', accountId })
  if (expectedChallenge === undefined) return undefined
  const { verifyRegistrationResponse } = await library()
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: attestation as unknown as RegistrationResponseJSON,
      expectedChallenge,
      expectedOrigin: deps.site.origin(),
      expectedRPID: rpIdOf(deps.site),
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    })
    if (registrationInfo === undefined) return undefined
    const { credential, credentialBackedUp: synced } = registrationInfo
    const { id, publicKey, counter: signCount } = credential
    return { credentialId: Buffer.from(id, 'base64url'), publicKey, signCount, synced }
  } catch {
    // The library throws for each thing that is wrong with an answer.
    return undefined
  }
}

/**
 * Checks what a passkey signed. Undefined for another challenge, origin or site, an unverified user, an unknown passkey, and one
 * of another account than the challenge was made for.
 */
export async function checkAssertion(
  deps: CeremonyDependencies,
  assertion: PasskeyAssertion,
  purpose: Purpose,
): Promise<VerifiedPasskey | undefined> {
  const expectedChallenge = await spendChallenge(deps, assertion.response, purpose)
  const found = await findPasskey(deps.db, Buffer.from(assertion.id, 'base64url'))
  if (expectedChallenge === undefined || found === undefined) return undefined
  const isOthers = purpose.accountId !== null && purpose.accountId !== found.account_id
  const { userHandle } = assertion.response
  if (isOthers || (userHandle && Buffer.from(userHandle, 'base64url').toString() !== found.account_id)) return undefined
  const { verifyAuthenticationResponse } = await library()
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: assertion as unknown as AuthenticationResponseJSON,
      expectedChallenge,
      expectedOrigin: deps.site.origin(),
      expectedRPID: rpIdOf(deps.site),
      requireUserVerification: true,
      // The counter is compared where it is written, in one step, so that a copy of the authenticator shows in the trail.
      credential: { id: assertion.id, publicKey: Uint8Array.from(found.public_key), counter: 0 },
    })
    if (!verified) return undefined
    const { newCounter, credentialBackedUp } = authenticationInfo
    return { id: found.id, accountId: found.account_id, signCount: newCounter, synced: credentialBackedUp }
  } catch {
    // The library throws for each thing that is wrong with an answer.
    return undefined
  }
}

/** Whose passkey an answer names, right or wrong. Undefined where nobody has it. */
export async function passkeyOwner(
  { db }: Pick<CeremonyDependencies, 'db'>,
  { id }: PasskeyAssertion,
): Promise<string | undefined> {
  return (await findPasskey(db, Buffer.from(id, 'base64url')))?.account_id
}

/** The relying party of an origin: its host name. Browsers make no passkeys for addresses, but do for `localhost`. */
function rpIdOf({ origin }: PasskeySite): string {
  return new URL(origin()).hostname
}

async function newChallenge(
  { db, hashCredential }: CeremonyDependencies,
  { purpose, accountId }: Purpose,
): Promise<Uint8Array<ArrayBuffer>> {
  const challenge = Uint8Array.from(randomBytes(32))
  const hash = hashCredential(Buffer.from(challenge).toString('base64url'))
  await sql`select put_passkey_challenge(${hash}, ${purpose}, ${accountId})`.execute(db)
  return challenge
}

/** Spends the challenge that was signed, whatever else is wrong with the answer. Undefined where it isn't the wanted one. */
async function spendChallenge(
  { db, hashCredential }: CeremonyDependencies,
  { clientDataJSON }: { clientDataJSON: string },
  wanted: Purpose,
): Promise<string | undefined> {
  const challenge = signedChallenge(clientDataJSON)
  if (challenge === undefined) return undefined
  const taken = sql<{ purpose: string; account_id: string | null }>`
    select * from take_passkey_challenge(${hashCredential(challenge)})`
  const [found] = (await taken.execute(db)).rows
  return found?.purpose === wanted.purpose && found.account_id === wanted.accountId ? challenge : undefined
}

function signedChallenge(clientDataJSON: string): string | undefined {
  try {
    return clientData.parse(JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString())).challenge
  } catch {
    return undefined
  }
}

async function findPasskey(db: Database, credentialId: Uint8Array) {
  const found = sql<{
    id: string
    account_id: string
    public_key: Uint8Array
  }>`select * from find_passkey(${credentialId})`
  return (await found.execute(db)).rows[0]
}

function descriptorOf({ credential_id: id, transports }: KnownPasskey) {
  return { id: Buffer.from(id).toString('base64url'), transports: [...transports] }
}
