import { z } from 'zod'
import { instant, slug, words } from './primitives.ts'

/** Letters that can't be taken for another or for a digit (RFC 8628 §6.1), in two groups. */
export const userCode = z
  .string()
  .trim()
  .toUpperCase()
  .max(64)
  .transform((typed) => typed.replaceAll(/[\s-]/g, ''))
  .pipe(z.string().regex(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/, 'eight letters, like BCDF-GHJK'))

/** A device that asks to be signed in. */
export const deviceAuthorizationRequest = z.strictObject({
  /** The asker's name, as it is shown to the person who approves: `afterai on build-host`. */
  clientLabel: words(100).default('a command line'),
  /** Whose members alone may approve. */
  tenant: slug.optional(),
})

/** RFC 8628 §3.2, spelled as the rest of this API. */
export const deviceAuthorizationView = z.object({
  deviceCode: z.string(),
  userCode: z.string(),
  verificationUri: z.string(),
  expiresInSeconds: z.number(),
  /** How long to wait between two requests for the session. */
  intervalSeconds: z.number(),
})

/** A question whether a device was approved. */
export const deviceTokenRequest = z.strictObject({ deviceCode: z.string().max(128) })

/** A question who asks under a code. */
export const deviceLookupRequest = z.strictObject({ userCode })
/** Who asks: what to compare before approving. */
export const deviceRequestView = z.object({
  clientLabel: z.string(),
  address: z.string(),
  requestedAt: instant,
  expiresAt: instant,
})

/** The verdict of a person on a device. */
export const deviceDecisionRequest = z.strictObject({ userCode, verdict: z.enum(['approve', 'deny']) })

/** The verdict that was given. */
export const deviceDecisionView = z.object({ verdict: z.enum(['approve', 'deny']), clientLabel: z.string() })
