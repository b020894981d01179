import { z } from 'zod'
import { createdInvitationView } from './member.ts'
import { tenantKinds } from './permissions.ts'
import { email, id, instant, newSlug, words } from './primitives.ts'

/** A tenant to be made, and its first administrator. */
export const createTenantRequest = z.strictObject({ slug: newSlug, name: words(100), adminEmail: email })

/** A tenant as an operator sees it: its name, dates and counts, never what it holds. */
export const operatedTenantView = z
  .object({
    id,
    slug: z.string(),
    name: z.string(),
    kind: z.enum(tenantKinds),
    createdAt: instant,
    suspendedAt: instant.nullable(),
    members: z.number().int(),
    systems: z.number().int(),
    records: z.number().int(),
  })
  .meta({ id: 'OperatedTenant' })
/** A tenant as an operator sees it: nothing of its content. */
export type OperatedTenant = z.infer<typeof operatedTenantView>

/** The new tenant, and the invitation of its first administrator. */
export const createdTenantView = z.object({ id, slug: z.string(), name: z.string(), invitation: createdInvitationView })
