import { exactText, type Role, shownName } from '@afterai/contract'
import { ClientError, type Configuration, fetchUserInfo, type IDToken } from 'openid-client'
import { z } from 'zod'

/** Claims of a provider about a person, as far as they matter here. */
export interface ProviderClaims {
  readonly subject: string
  readonly email: string | undefined
  /** Undefined where the provider doesn't say. */
  readonly emailVerified: boolean | undefined
  /** The name, as it can be shown; it may be the beginning of an address. */
  readonly name: string | undefined
  readonly groups: readonly string[]
}

/** At most 255 characters (OpenID Connect Core §2), of those that the database keeps: U+0000 isn't one. */
const subjectClaim = exactText(255)
const text = z.string().trim().min(1)
const emailClaim = text.toLowerCase().max(254).pipe(z.email())

/**
 * Reads the claims of a checked id token, and of the provider's userinfo where the token leaves out what is needed.
 * Userinfo is asked with the person's access token over the same checked connection, and must be about the same subject.
 * @throws ClientError for a subject that is no text
 */
export async function readClaims(
  configuration: Configuration,
  { idToken, accessToken, groupsClaim }: { idToken: IDToken; accessToken: string; groupsClaim: string },
): Promise<ProviderClaims> {
  const subject = subjectClaim.safeParse(idToken.sub).data
  if (subject === undefined)
    throw new ClientError('the subject is longer than 255 characters, or holds control characters')
  const complete = idToken['email'] !== undefined && claimAt(idToken, groupsClaim) !== undefined
  const more = configuration.serverMetadata().userinfo_endpoint
  const claims: Readonly<Record<string, unknown>> =
    complete || more === undefined
      ? idToken
      : // What was signed has the last word.
        { ...(await fetchUserInfo(configuration, accessToken, idToken.sub)), ...idToken }
  return {
    subject,
    email: emailClaim.safeParse(claims['email']).data,
    emailVerified: z.boolean().safeParse(claims['email_verified']).data,
    name: nameIn(claims['name']) ?? nameIn(claims['preferred_username']),
    groups: groupsIn(claimAt(claims, groupsClaim)),
  }
}

// A name that no rule of ours knew is no reason to keep its owner out.
function nameIn(claim: unknown): string | undefined {
  return typeof claim === 'string' ? shownName(claim.slice(0, 100)) || undefined : undefined
}

/** Names a person: by the name that the provider says, or else by what can be shown of the address or of the subject. */
export function nameOf({ name, email, subject }: Pick<ProviderClaims, 'name' | 'email' | 'subject'>): string {
  return name ?? ([email, subject].map(nameIn).find((it) => it !== undefined) || 'Unnamed')
}

/** A claim by its name, or by the path to it: `realm_access.roles`. */
function claimAt(claims: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  const [first = '', ...rest] = name.split('.')
  const inner = Object.hasOwn(claims, first) ? claims[first] : undefined
  return rest.length > 0 && typeof inner === 'object' && inner !== null
    ? claimAt(inner as Record<string, unknown>, rest.join('.'))
    : undefined
}

function groupsIn(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return [claim]
  return Array.isArray(claim) ? claim.filter((it) => typeof it === 'string') : []
}

/** The role that the groups give: the first rule of the mapping that applies, else the default, else none. */
export function roleOf(
  {
    role_mapping: mapping,
    default_role: fallback,
  }: { role_mapping: readonly { group: string; role: Role }[]; default_role: Role | null },
  groups: readonly string[],
): Role | undefined {
  return mapping.find(({ group }) => groups.includes(group))?.role ?? fallback ?? undefined
}

/** Whether an e-mail address is of one of the domains: exactly, not of a domain below it. */
export function isOfDomain(email: string, domains: readonly string[]): boolean {
  return domains.includes(email.slice(email.lastIndexOf('@') + 1))
}
