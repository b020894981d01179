import { z } from 'zod'
import { displayName } from './display-name.ts'
import { keyScopes } from './permissions.ts'
import { id, instant, pageQuery } from './primitives.ts'

/** A permission that a key may carry. */
export const scope = z.enum(keyScopes)

/** A key to be made. */
export const createApiKeyRequest = z.strictObject({
  name: displayName,
  scopes: z.array(scope).min(1),
  /** Null makes a key that never expires: it must be said. */
  expiresInDays: z.number().int().min(1).max(730).nullable().default(90),
  /** A service account of this tenant; left out, the key is the caller's own. */
  accountId: id.optional(),
})

/** Scopes can be given up, never gained. */
export const changeApiKeyRequest = z.strictObject({
  name: displayName.optional(),
  scopes: z.array(scope).min(1).optional(),
})

/** For how long the old key goes on working beside the new one. */
export const rotateApiKeyRequest = z.strictObject({ overlapHours: z.number().int().min(0).max(168) })

/** `expiring`: only keys that work and end within 14 days. */
export const apiKeyQuery = pageQuery.extend({ expiring: z.stringbool().optional() })

/** A key as lists show it: never the key itself. */
export const apiKeyView = z
  .object({
    id,
    accountId: id,
    accountName: z.string(),
    name: z.string(),
    prefix: z.string(),
    scopes: z.array(scope),
    createdAt: instant,
    expiresAt: instant.nullable(),
    /** It works now, and ends within 14 days. */
    expiresSoon: z.boolean(),
    lastUsedAt: instant.nullable(),
    lastUsedAddress: z.string().nullable(),
    revokedAt: instant.nullable(),
    /** The key that it was rotated to. */
    replacedBy: id.nullable(),
  })
  .meta({ id: 'ApiKey' })
/** An API key as people see it: never its secret. */
export type ApiKeyView = z.infer<typeof apiKeyView>

/** `key` is shown in this answer and never again. */
export const createdApiKeyView = apiKeyView.extend({ key: z.string() })
