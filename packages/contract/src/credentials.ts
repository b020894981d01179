import { z } from 'zod'
import { id, instant, slug, words } from './primitives.ts'

const base64url = (most: number): z.ZodString =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'unpadded Base64url')
    .max(most)

/** A password that somebody types to prove themselves: whatever was set once. */
export const typedPassword = z.string().min(1).max(256)

/** A new password: 8 characters with a second factor, 15 without; the server knows which. No composition rules (NIST SP 800-63B-4 §3.1.1). */
export const newPassword = z.string().min(8, 'a password has 8 characters at least').max(256)

/** A code of an authenticator app (RFC 6238). */
export const totpCode = z.string().regex(/^\d{6}$/, 'six digits')

const attachment = z.enum(['platform', 'cross-platform']).nullish()
/** No extension is asked for, so none has a result. */
const noExtensions = z.strictObject({}).default({})

/** A passkey's assertion: the answer of `navigator.credentials.get()`, by its `toJSON()` (Web Authentication Level 3, §5.1). */
export const passkeyAssertion = z.strictObject({
  id: base64url(1400),
  rawId: base64url(1400),
  type: z.literal('public-key'),
  response: z.strictObject({
    clientDataJSON: base64url(4096),
    authenticatorData: base64url(4096),
    signature: base64url(8192),
    userHandle: base64url(128).nullish(),
  }),
  authenticatorAttachment: attachment,
  clientExtensionResults: noExtensions,
})
/** What a browser answers with when a passkey proves somebody. */
export type PasskeyAssertion = z.infer<typeof passkeyAssertion>

/** A new passkey's attestation: the answer of `navigator.credentials.create()`, by its `toJSON()`. */
export const passkeyAttestation = z.strictObject({
  id: base64url(1400),
  rawId: base64url(1400),
  type: z.literal('public-key'),
  response: z.strictObject({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(16_384),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(8)
      .optional(),
    authenticatorData: base64url(8192).optional(),
    publicKey: base64url(8192).nullish(),
    publicKeyAlgorithm: z.number().int().optional(),
  }),
  authenticatorAttachment: attachment,
  clientExtensionResults: noExtensions,
})
/** What a browser answers with when a passkey is made. */
export type PasskeyAttestation = z.infer<typeof passkeyAttestation>

/** For what needs no more than its address. */
export const nothingMore = z.strictObject({}).nullish()

/** Options for `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON`. */
export const passkeyOptions = z.looseObject({ challenge: z.string() })

/** A way to give a second factor. */
export const secondFactorMethod = z.enum(['totp', 'passkey', 'recovery_code'])
/** A way to prove oneself after the password. */
export type SecondFactorMethod = z.infer<typeof secondFactorMethod>

/** The password was right, and the account has a second factor: `POST /v1/session/second-factor` completes the sign-in. */
export const secondFactorChallenge = z
  .object({ ticket: z.string(), methods: z.array(secondFactorMethod), expiresAt: instant })
  .meta({ id: 'SecondFactorChallenge' })
/** What the server asks for after a password: which factors may follow, and until when. */
export type SecondFactorChallenge = z.infer<typeof secondFactorChallenge>

/** A second factor that somebody gives. */
export const secondFactorProof = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('totp'), code: totpCode }),
  z.strictObject({ method: z.literal('recovery_code'), code: z.string().max(64) }),
  z.strictObject({ method: z.literal('passkey'), assertion: passkeyAssertion }),
])
/** A proof by one of the factors that were asked for. */
export type SecondFactorProof = z.infer<typeof secondFactorProof>

const ticket = z.string().max(128)

/** The second factor of a sign-in that has begun. */
export const secondFactorRequest = z.strictObject({ ticket, proof: secondFactorProof })

/** A wish for the options of a passkey as the second factor. */
export const secondFactorOptionsRequest = z.strictObject({ ticket })

/** A sign-in by a passkey alone. */
export const passkeySignInRequest = z.strictObject({ assertion: passkeyAssertion, tenant: slug.optional() })

/** A password needs the code of an authenticator app beside it, where there is one; the other two stand alone. */
export const stepUpRequest = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('password'), password: typedPassword, code: totpCode.optional() }),
  z.strictObject({ method: z.literal('totp'), code: totpCode }),
  z.strictObject({ method: z.literal('passkey'), assertion: passkeyAssertion }),
])
/** A proof, given again, of who is signed in. */
export type StepUpProof = z.infer<typeof stepUpRequest>

/** A passkey as its owner sees it. */
export const passkeyView = z.object({
  id,
  name: z.string(),
  /** Whether it can be on several devices. */
  synced: z.boolean(),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
})

/** The factors of an account, as its owner sees them. */
export const factorsView = z.object({
  password: z.boolean(),
  totp: z.object({ confirmedAt: instant }).nullable(),
  recoveryCodesLeft: z.number().int(),
  passkeys: z.array(passkeyView),
})
/** The secret is shown in this answer and never again. */
export const totpEnrolmentView = z.object({ secret: z.string(), uri: z.string() })

/** The first code of a new authenticator app. */
export const confirmTotpRequest = z.strictObject({ code: totpCode })
/** Shown in this answer and never again; each is good once. */
export const recoveryCodesView = z.object({ recoveryCodes: z.array(z.string()) })

/** A new passkey, and what its owner calls it. */
export const registerPasskeyRequest = z.strictObject({ name: words(100), attestation: passkeyAttestation })
/** `recoveryCodes` are there when this is the account's first second factor. */
export const registeredPasskeyView = passkeyView.extend({ recoveryCodes: z.array(z.string()).nullable() })

/** Another name for a passkey. */
export const renamePasskeyRequest = z.strictObject({ name: words(100) })

/**
 * Without `currentPassword` the session must have been authenticated within ten minutes. `endApiKeys` revokes the API keys of the
 * account in each of its tenants, besides its other sessions, which end in any case.
 */
export const changePasswordRequest = z.strictObject({
  currentPassword: typedPassword.optional(),
  newPassword,
  endApiKeys: z.boolean().optional(),
})

/** A session as lists show it. */
export const sessionItemView = z.object({
  id,
  tenant: slug.nullable(),
  current: z.boolean(),
  createdAt: instant,
  usedAt: instant,
  expiresAt: instant,
  authenticatedAt: instant,
  methods: z.array(z.string()),
  address: z.string().nullable(),
  /** Browser and system, as far as they say. */
  device: z.string().nullable(),
})
