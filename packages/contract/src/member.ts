import { z } from 'zod'
import { displayName } from './display-name.ts'
import { password, role } from './identity.ts'
import { permissionNames } from './permissions.ts'
import { email, id, instant, pageQuery, words } from './primitives.ts'

/**
 * A member of a tenant. Addresses are for admins and auditors: others read their own, and null for everybody else.
 * A service account has none.
 */
export const memberView = z
  .object({
    accountId: id,
    kind: z.enum(['person', 'service']),
    name: z.string(),
    email: z.string().nullable(),
    role,
    createdAt: instant,
    disabledAt: instant.nullable(),
    /** Whose groups gave the role; null where a person gave it. */
    roleProviderId: id.nullable(),
  })
  .meta({ id: 'Member' })
/** A member of a tenant as others see them. */
export type MemberView = z.infer<typeof memberView>

/** A page of members, of people or machines alone if wanted, or of those that fit what is asked. */
export const memberQuery = pageQuery.extend({
  kind: z.enum(['person', 'service']).optional(),
  q: words(100).optional().meta({
    description: 'A part of the name, in whichever case, or of the address where the caller may see it.',
  }),
  permission: z.enum(permissionNames).optional().meta({
    description: 'Those alone whose role holds it, and who aren’t disabled.',
  }),
})

/** Another role for a member. */
export const changeRoleRequest = z.strictObject({ role })

/** A person to be invited. */
export const inviteRequest = z.strictObject({ email, role })

/** How the code reaches the person: by mail, or handed over by whoever sees it in the answer. */
const delivery = z.enum(['by_hand', 'queued', 'sent', 'failed'])

/** An invitation, and what became of its mail: never its code. */
export const invitationView = z
  .object({
    id,
    email: z.string(),
    role,
    state: z.enum(['pending', 'accepted', 'expired', 'revoked']),
    delivery,
    /** Why a mail failed, or fails so far: the mail server's reply code or a network error's. */
    deliveryError: z.string().nullable(),
    createdAt: instant,
    expiresAt: instant,
  })
  .meta({ id: 'Invitation' })
/** An invitation as it is read: never its code. */
export type InvitationView = z.infer<typeof invitationView>

/** `code` is shown in this answer and never again; null where it goes by mail, and no administrator ever sees it. */
export const createdInvitationView = invitationView.extend({ code: z.string().nullable() })
/** An invitation with its code, which is told this once. */
export type CreatedInvitation = z.infer<typeof createdInvitationView>

const serviceRole = z.enum(['member', 'viewer', 'auditor'])

/** A service account to be made. */
export const serviceAccountRequest = z.strictObject({ name: displayName, role: serviceRole })

/** Another name or role for a service account. */
export const changeServiceAccountRequest = z.strictObject({
  name: displayName.optional(),
  role: serviceRole.optional(),
})

/** A wish for a code by which a password is set anew. */
export const passwordResetRequest = z.strictObject({ email })

/** A new password, with the code that allows it. */
export const completePasswordResetRequest = z.strictObject({ code: z.string().max(64), password })

/** `code` is shown once, and null where it goes to the person by mail. */
export const offeredResetView = z.object({ code: z.string().nullable(), expiresAt: instant.nullable() })
