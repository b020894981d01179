import { z } from 'zod'
import { role } from './identity.ts'
import { id, instant, slug, words } from './primitives.ts'

/** A token of printable ASCII without spaces: a client id, a scope, the name of a claim. */
const token = (most: number) =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces')
    .max(most)

const domain = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/, 'a domain such as example.com')

const issuer = z
  .string()
  .max(512)
  .pipe(z.url({ protocol: /^https?$/ }))

const settings = {
  /** Shown on the button that people sign in with. */
  name: words(100),
  clientId: token(256),
  scopes: z.array(token(64)).max(20),
  /** The claim that lists a person's groups. */
  groupsClaim: token(128),
  /** Ordered: the first group that a person is in decides. */
  roleMapping: z.array(z.strictObject({ group: words(256), role })).max(100),
  /** For who is in none of the groups; null lets them not in. */
  defaultRole: role.nullable(),
  /** Whose verified e-mail addresses the provider may vouch for. */
  allowedDomains: z.array(domain).max(50),
  /** Whether people who aren't members yet become members when they sign in. */
  createsMembers: z.boolean(),
}

/** Longer than any provider's; shown by no answer. */
const clientSecret = z
  .string()
  .regex(/^[\x20-\x7e]+$/, 'printable ASCII')
  .max(1024)

/** An identity provider to be added. */
export const createIdentityProviderRequest = z.strictObject({
  ...settings,
  issuer,
  clientSecret,
  scopes: settings.scopes.default(['openid', 'email', 'profile']),
  groupsClaim: settings.groupsClaim.default('groups'),
  roleMapping: settings.roleMapping.default([]),
  defaultRole: settings.defaultRole.default(null),
  allowedDomains: settings.allowedDomains.default([]),
  createsMembers: settings.createsMembers.default(true),
})
/** What a connection to an identity provider is made of. */
export type NewIdentityProvider = z.infer<typeof createIdentityProviderRequest>

/** A change of an identity provider: what is left out stays. The issuer can't change: a subject is somebody to one issuer alone. */
export const updateIdentityProviderRequest = z
  .strictObject({ ...settings, clientSecret, enforced: z.boolean() })
  .partial()
/** Parts of a connection to an identity provider that change; what is left out stays. */
export type IdentityProviderChange = z.infer<typeof updateIdentityProviderRequest>

/** An identity provider as admins see it: never its client secret. */
export const identityProviderView = z
  .object({
    id,
    name: z.string(),
    issuer: z.string(),
    clientId: z.string(),
    scopes: z.array(z.string()),
    groupsClaim: z.string(),
    roleMapping: z.array(z.object({ group: z.string(), role })),
    defaultRole: role.nullable(),
    allowedDomains: z.array(z.string()),
    createsMembers: z.boolean(),
    enforced: z.boolean(),
    /** The address to register at the provider. */
    redirectUri: z.string(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'IdentityProvider' })
/** A connection to an identity provider as it is read: never its secrets. */
export type IdentityProviderView = z.infer<typeof identityProviderView>

/** The provider's metadata, as it states them itself. */
export const identityProviderTestView = z.object({
  issuer: z.string(),
  authorizationEndpoint: z.string(),
  signingAlgorithms: z.array(z.string()),
  /** Whether it names itself in its answers (RFC 9207). */
  namesIssuer: z.boolean(),
  signsOut: z.boolean(),
})

/** Says by hand who a subject of the provider is here. */
export const linkIdentityRequest = z.strictObject({ subject: token(255), accountId: id })

/** A subject of a provider, and the account that it is. */
export const federatedIdentityView = z.object({
  subject: z.string(),
  accountId: id,
  linkedBy: z.enum(['created', 'invitation', 'admin', 'verified_email']),
  createdAt: instant,
  signedInAt: instant.nullable(),
})

/** An admin who may sign in without the provider. */
export const breakGlassView = z.object({ accountId: id, name: z.string(), email: z.string().nullable() })

/** A question how a tenant is signed in to. */
export const signInOptionsQuery = z.strictObject({ tenant: slug })

/** The ways to sign in to a tenant. */
export const signInOptionsView = z.object({
  /** Whether people sign in here with a password or a passkey. */
  password: z.boolean(),
  providers: z.array(z.object({ id, name: z.string(), startPath: z.string() })),
})

/** A path of ours to come back to, never another place. */
export const returnPath = z
  .string()
  .max(512)
  .regex(/^\/(?![/\\])[^\\\s\p{Cc}]*$/u, 'a path of this server, beginning with one slash')

/** The address at which a provider ends its own session, if it has one. */
export const signOutView = z.object({
  /** Where to send the browser after `DELETE /v1/session`, to end the session at the provider too; null where it can't. */
  location: z.string().nullable(),
})
