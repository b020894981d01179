import { z } from 'zod'
import { displayName } from './display-name.ts'
import { permissionNames, roles } from './permissions.ts'
import { email, id, instant, newSlug, slug, words } from './primitives.ts'

/** >= 15 characters: the password of a new account is its only factor. No composition rules (NIST SP 800-63B-4 §3.1.1). */
export const password = z.string().min(15, 'a password has 15 characters at least').max(256)

/** A role in a tenant. */
export const role = z.enum(roles)

/** The first account of an instance. */
export const setupRequest = z.strictObject({
  code: z.string().max(64),
  email,
  name: displayName,
  password,
  tenant: z.strictObject({ slug: newSlug, name: words(100) }).default({ slug: 'main', name: 'Main' }),
})

/** A sign-in by password. */
export const signInRequest = z.strictObject({ email, password: z.string().max(256), tenant: slug.optional() })

/** A refresh handle to be spent. */
export const refreshRequest = z.strictObject({ refreshHandle: z.string().max(128) })

/** The tenant to go on in. */
export const switchRequest = z.strictObject({ tenant: slug })
/** Who has an account proves it by its password, which may be shorter; the server holds a new one to `password`. */
export const acceptInvitationRequest = z.strictObject({
  code: z.string().max(64),
  name: displayName,
  password: z.string().max(256),
})

/** A tenant, as its members see it. */
export const tenantView = z
  .object({ id, slug, name: z.string(), role, sample: z.boolean(), instance: z.boolean(), suspended: z.boolean() })
  .meta({ id: 'Tenant' })
/** A tenant as its members see it. */
export type TenantView = z.infer<typeof tenantView>

/** A caller, as the server knows them. */
export const meView = z.object({
  accountId: id,
  name: z.string(),
  kind: z.enum(['person', 'service']),
  role,
  credential: z.enum(['cookie', 'bearer', 'api_key']),
  permissions: z.array(z.enum(permissionNames)),
  tenant: tenantView,
  tenants: z.array(tenantView),
})
/** Who makes a request, and what they may. */
export type Me = z.infer<typeof meView>

/** The access token is a Bearer JWT of minutes; the refresh handle is spent at each use. */
export const sessionView = z
  .object({
    accessToken: z.string(),
    accessTokenExpiresAt: instant,
    refreshHandle: z.string(),
    expiresAt: instant,
    tenant: slug,
  })
  .meta({ id: 'Session' })
/** A session that begins: its tokens, and until when they hold. */
export type Session = z.infer<typeof sessionView>

/** A session as a browser is told of it: its secrets are in cookies that no script reads. */
export const browserSessionView = z
  .object({ accessTokenExpiresAt: instant, expiresAt: instant, tenant: slug })
  .meta({ id: 'BrowserSession' })
/** A session that begins in a browser: until when it holds, and nothing that a script could give away. */
export type BrowserSession = z.infer<typeof browserSessionView>

/** A session that begins, as whoever opened it is told: with its secrets, or by cookies alone. */
export const openedSession = z.union([sessionView, browserSessionView])

/** Headers by which a browser asks for a session in cookies alone. Any other value is refused, before anything is spent. */
export const sessionHeaders = z.looseObject({
  'afterai-session': z
    .literal('cookie')
    .optional()
    .describe('`cookie`: the secrets of the session come in cookies alone, and the body is a `BrowserSession`.'),
})

/** The caller's session: how long it lasts, and what was proved in it. */
export const sessionStateView = z
  .object({
    /** When it ends, used or not. */
    endsAt: instant,
    /** When it ends if nobody uses it any more. */
    idleEndsAt: instant,
    /** Until when what needs a fresh proof may be done; null where it is asked for. */
    proofFreshUntil: instant.nullable(),
    /** Whether more than one factor was proved in it. */
    secondFactor: z.boolean(),
    /** The id of the identity provider that vouched, or null. */
    provider: id.nullable(),
  })
  .meta({ id: 'SessionState' })
/** A session as its page follows it: until when it lasts, and what was proved in it. */
export type SessionState = z.infer<typeof sessionStateView>
