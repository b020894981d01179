import { z } from 'zod'

/** A UUID, version 7 where we make it, so that it sorts by time. */
export const id = z.uuid().meta({ description: 'UUID' })

/** An instant, RFC 3339, in UTC with milliseconds. */
export const instant = z.iso.datetime({ offset: false }).meta({ description: 'RFC 3339 instant in UTC' })

/** A short machine name: of a system, an environment, a tool, a prompt. Bounded, because a name can carry content. */
export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/, 'letters, digits and . _ : @ / - only, 128 at most')

/** A version: a name's form, and the marks of builds, epochs and ranges besides, such as `2.1.0+cu121`. */
export const version = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@/+~!-]{0,127}$/, 'letters, digits and . _ : @ / + ~ ! - only, 128 at most')

/** A package's name, such as `@openai/agents`. */
export const packageName = z
  .string()
  .regex(/^@?[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,126}$/, 'letters, digits and . _ : @ / + - only, 127 at most')

/**
 * The form of a model's name: paths, ARNs, adapters and routers' marks besides those of a name, such as `@cf/meta/llama-3.1-8b-instruct`,
 * `base+adapter`, `~anthropic/claude-latest`, `model#deployment`, `C:\\models\\qwen.gguf`. Never a space, so never a sentence.
 */
export const modelNameForm: RegExp = /^(?=[^A-Za-z0-9]{0,8}[A-Za-z0-9])[\w.:@/~\\+#()[\]-]{1,256}$/

/** The name of a model. */
export const modelName = z
  .string()
  .regex(modelNameForm, 'letters, digits and . _ : @ / ~ + # ( ) [ ] \\ - only, 256 at most')

/** Characters that a database and canonical JSON both keep: no controls but tab and line breaks, no half of a surrogate pair. */
const writable = /^(?:[\t\n\r]|[^\p{Cc}\p{Cs}])*$/u

const writableText = z
  .string()
  .regex(writable, 'control characters, or half a character of Unicode, where only text may be')

/** Words of a person: a title, a reason, a plan. Never prompt or output text of a system. */
export const words = (most: number): z.ZodString => writableText.trim().min(1).max(most)

/** Text that must match another text as it is: the name of a column, of a provider. */
export const exactText = (most: number): z.ZodString => writableText.min(1).max(most)

/** A tenant's slug. */
export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and - only, 63 at most')

/** Slugs of the tenants that an instance makes for itself. */
const reservedSlugs = ['instance', 'sample']

/** The slug of a tenant to make. */
export const newSlug = slug.refine((text) => !reservedSlugs.includes(text), 'instance and sample are taken')

/** An e-mail address, in lower case. */
export const email = z.string().trim().toLowerCase().max(254).pipe(z.email())

/** `sha256:` and 64 hex digits. */
export const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/, '`sha256:` and 64 hex digits')

/**
 * The identity of a prompt or of a tool's schema: HMAC-SHA-256 under the tenant's digest key (`GET /v1/digest-key`).
 * A bare hash would let a reader guess short prompts (P1.3).
 */
export const keyedDigest = z
  .string()
  .regex(/^hmac-sha256:[0-9a-f]{16}:[0-9a-f]{64}$/, '`hmac-sha256:<key id>:<64 hex digits>`')

/** The body of a request that says everything by its address: nothing, or an object without members. */
export const noBody = z.strictObject({}).nullish()

/** How a list is asked for. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
})

/** One page of a list. `nextCursor` is null on the last page. */
export function page<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; nextCursor: z.ZodNullable<z.ZodString> }> {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
