import type { SecondFactorChallenge } from '@afterai/contract'
import { Secret, TOTP } from 'otpauth'
import { softwarePasskey, type SoftwarePasskey } from './software-authenticator.ts'
import { type Person, testOrigin, type TestServer } from './test-server.ts'

/** An authenticator app that is enrolled. */
export interface App {
  readonly secret: string
  readonly uri: string
  readonly recoveryCodes: readonly string[]
  /** The code of a time, in steps of 30 seconds from now. */
  codeAt(steps: number): string
  /** A code that is right now, also where the last one was used just now: the server is made to forget that. */
  freshCode(): Promise<string>
}

/** Enrols an app for a person. */
export async function enrolApp(server: TestServer, { token, accountId }: Person): Promise<App> {
  const path = '/v1/factors/totp'
  const { secret, uri } = await server.expectOk<{ secret: string; uri: string }>({ method: 'POST', path, token })
  const codeAt = (steps: number): string => codeOf(secret, steps)
  const body = { code: codeAt(0) }
  const { recoveryCodes } = await server.expectOk<{ recoveryCodes: string[] }>({
    method: 'POST',
    path: `${path}/confirm`,
    token,
    body,
  })
  return {
    secret,
    uri,
    recoveryCodes,
    codeAt,
    async freshCode() {
      await server.owner.query('update totp set last_step = 0, failures = 0 where account_id = $1', [accountId])
      return codeAt(0)
    },
  }
}

/** The code of a secret at a time, in steps of 30 seconds from now. */
export function codeOf(secret: string, steps: number): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 })
}

/** The first step of signing in, for who has a second factor. */
export async function beginSignIn(
  server: TestServer,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<SecondFactorChallenge> {
  const answer = await server.send<SecondFactorChallenge>({
    method: 'POST',
    path: '/v1/session',
    body: { email, password },
  })
  if (answer.status !== 202) throw new Error(`signing in answered ${answer.status}: ${answer.text}`)
  return answer.body
}

/** A challenge for a passkey. */
export async function challengeFor(
  server: TestServer,
  path: string,
  token?: string,
  body: unknown = {},
): Promise<string> {
  return (await server.expectOk<{ challenge: string }>({ method: 'POST', path, token, body })).challenge
}

/** A passkey that a person has registered. */
export interface OwnPasskey extends SoftwarePasskey {
  readonly id: string
  readonly recoveryCodes: readonly string[] | null
}

/** Registers a passkey of software for a person. */
export async function addPasskey(server: TestServer, { token }: Person, origin = testOrigin): Promise<OwnPasskey> {
  const passkey = softwarePasskey()
  const attestation = passkey.attest(await challengeFor(server, '/v1/passkeys/options', token), { origin })
  const added = await server.expectOk<{ id: string; recoveryCodes: string[] | null }>({
    method: 'POST',
    path: '/v1/passkeys',
    token,
    body: { name: 'software', attestation },
  })
  return { ...passkey, ...added }
}
