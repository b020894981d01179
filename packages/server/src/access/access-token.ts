import type { KeyObject } from 'node:crypto'
import { z } from 'zod'

const issuer = 'afterai'
const audience = 'afterai-api'
const type = 'afterai-access+jwt'
const lifetimeMs = 10 * 60_000

/** A strict compact JWS: jose accepts padded and spaced Base64 in places (ASVS 9.1.1). */
const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Whether each part is spelled the one way that its bytes have: the last character may hold bits that decoding drops. */
function isCanonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}
const claims = z.object({ sub: z.uuid(), sid: z.uuid(), exp: z.number() })
const headerMembers = new Set(['alg', 'typ'])

/** The pair of keys that access tokens are signed and checked with. */
export interface AccessTokenKeys {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** A token of minutes that names a session. The session is looked up at each use, so that ending it is immediate. */
export async function issueAccessToken(
  keys: AccessTokenKeys,
  { sessionId, accountId }: { sessionId: string; accountId: string },
): Promise<{ token: string; expiresAt: Date }> {
  const expiresAt = new Date(Date.now() + lifetimeMs)
  const { SignJWT } = await import('jose')
  const token = await new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: 'EdDSA', typ: type })
    .setSubject(accountId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(expiresAt)
    .sign(keys.privateKey)
  return { token, expiresAt }
}

/** Whom a token names. */
export interface NamedSession {
  readonly sessionId: string
  readonly accountId: string
}

interface Verified extends NamedSession {
  readonly expiresAtMs: number
}

/** Tokens whose signature was checked, by the key that they were checked with. A session's token comes with each of its requests. */
const checked = new WeakMap<KeyObject, Map<string, Verified>>()
const mostChecked = 10_000

/**
 * The session that a token names and whose it says that is, or undefined for whatever isn't a valid token of ours. A signature is checked once for the same text;
 * whether the session still stands is asked of the database each time, and isn't this function's to say.
 */
export async function verifyAccessToken(keys: AccessTokenKeys, token: string): Promise<NamedSession | undefined> {
  const known = checked.get(keys.publicKey) ?? new Map<string, Verified>()
  checked.set(keys.publicKey, known)
  const before = known.get(token)
  if (before !== undefined && Date.now() < before.expiresAtMs) return before
  known.delete(token)
  const verified = await verify(keys, token)
  if (verified === undefined) return undefined
  const [oldest] = known.size < mostChecked ? [] : known.keys()
  if (oldest !== undefined) known.delete(oldest)
  known.set(token, verified)
  return verified
}

async function verify(keys: AccessTokenKeys, token: string): Promise<Verified | undefined> {
  if (!compact.test(token) || !isCanonical(token)) return undefined
  const { jwtVerify } = await import('jose')
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys.publicKey, {
      algorithms: ['EdDSA'],
      issuer,
      audience,
      typ: type,
      requiredClaims: ['exp', 'sub', 'sid'],
    })
    // No kid, jku, jwk, x5u: the key is ours, whatever a header says (ASVS 9.1.3).
    if (Object.keys(protectedHeader).some((member) => !headerMembers.has(member))) return undefined
    const { sub, sid, exp } = claims.parse(payload)
    return { sessionId: sid, accountId: sub, expiresAtMs: exp * 1000 }
  } catch {
    return undefined
  }
}
