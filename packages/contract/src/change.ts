import { z } from 'zod'
import { configuration } from './configuration.ts'
import { id, instant, name, pageQuery, sha256, words } from './primitives.ts'

/** Parts of a system that a change can be about, and `other`. */
export const changeTypes = [
  'model',
  'prompt',
  'inference',
  'tools',
  'retrieval',
  'guardrails',
  'post_processing',
  'infra',
  'data',
  'eval',
  'vendor_blackbox',
  'other',
] as const
/** What people said of a change: nothing yet, that it is real, or that it is none. */
export const changeStatus = z.enum(['pending', 'confirmed', 'dismissed'])
/** How far a change is, as who tells of it says: meant, done, seen, or undone. */
export const intent = z.enum(['proposed', 'implemented', 'observed', 'rolled_back'])
/** The class of a change, in the words of ServiceNow. */
export const changeClass = z.enum(['standard', 'normal', 'emergency'])

/** How much a change could do, as a person sees it. */
export const risk = z.strictObject({
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  blastRadius: z.enum(['single_route', 'single_app', 'portfolio', 'unknown']).default('unknown'),
  customerImpact: z.enum(['none', 'minor', 'material', 'unknown']).default('unknown'),
})
/** How much a change could do, as a person sees it. */
export type Risk = z.infer<typeof risk>

const value = z.union([z.string(), z.number(), z.boolean(), z.null()])
/** One difference between two configurations: a value by its JSON pointer, before and after. `null` means absent. */
export const deltaItem = z.object({ category: z.enum(changeTypes), path: z.string(), before: value, after: value })
/** One part of a configuration before and after; null where there was none. */
export type DeltaItem = z.infer<typeof deltaItem>

/** Facts of a change, without the names of people: decisions bind to them, and records seal them. */
export const changeFacts = z.object({
  id,
  systemId: id,
  system: name,
  environment: name,
  status: changeStatus,
  changeTypes: z.array(z.enum(changeTypes)),
  intent,
  changeClass,
  title: z.string(),
  source: z.object({
    origin: z.enum(['manual', 'sdk', 'api', 'ci', 'otel', 'watchlist', 'signal', 'import']),
    revision: z.string().nullable(),
  }),
  fingerprints: z.object({ before: sha256.nullable(), after: sha256.nullable(), change: sha256 }),
  before: configuration.nullable(),
  after: configuration.nullable(),
  delta: z.array(deltaItem),
  risk: risk.nullable(),
  authorId: id,
  statusReason: z.string().nullable(),
  mergedInto: id.nullable().meta({ description: 'The change that it is a duplicate of, as somebody found.' }),
  duplicates: z.array(id).meta({ description: 'Changes that were merged into this one.' }),
  observations: z.number().int(),
  openedAt: instant,
  updatedAt: instant,
  digest: sha256.meta({ description: 'Digest of what a decision on this change binds to.' }),
})
/** The facts of a change that its records seal. */
export type ChangeFacts = z.infer<typeof changeFacts>

/** An AI Change Event (ACE), with the names of who opened and who settled it, as they were then. Addresses are for admins and auditors, and one's own. */
export const changeView = changeFacts
  .extend({
    authorName: z.string().nullable(),
    authorEmail: z.string().nullable(),
    settledBy: id.nullable().meta({ description: 'Who confirmed or dismissed it; null while it is pending.' }),
    settledByName: z.string().nullable(),
    settledByEmail: z.string().nullable(),
  })
  .meta({ id: 'Change' })
/** A change as it is read. */
export type Change = z.infer<typeof changeView>

/** A change that a person or a pipeline records. `after` may be left out for what has no configuration, such as retrieval data. */
export const createChangeRequest = z.strictObject({
  system: name,
  makeSystem: z.boolean().optional().meta({
    description:
      'Make the system where there is none of this name: with the change, or not at all. It needs `system:write`, too.',
  }),
  environment: name.default('production'),
  title: words(200),
  changeTypes: z.array(z.enum(changeTypes)).min(1),
  intent: intent.default('proposed'),
  changeClass: changeClass.default('normal'),
  origin: z.enum(['manual', 'ci', 'api']).default('manual'),
  revision: name.optional(),
  after: configuration.optional(),
  risk: risk.optional(),
})

/** A statement that a change is real, and what it risks. */
export const confirmRequest = z.strictObject({ risk: risk.optional() })
/** Which change tells of the same thing, and stays. */
export const mergeRequest = z.strictObject({ into: id, reason: words(2000) })
/** A statement that a change is none, and why. */
export const dismissRequest = z.strictObject({ reason: words(2000) })
/** Which changes are asked for, and how many. */
export const changeQuery = pageQuery.extend({ status: changeStatus.optional(), system: name.optional() })

/** What people may say of a change in the words of regulators; `not_asked` until somebody says it. */
export const determinations = ['substantial', 'pre_determined', 'neither', 'not_asked'] as const
const determinedAs = z.enum(determinations).exclude(['not_asked']).meta({
  description:
    'Whether the change is a substantial modification, one that was determined beforehand, or neither, as the person who says so sees it: not legal advice.',
})
/** What a person says of a change, and why. */
export const determineRequest = z.strictObject({ determination: determinedAs, reason: words(2000) })
/** What a person said of a change: not legal advice. */
export const determinationView = z
  .object({
    id,
    changeId: id,
    determination: determinedAs,
    reason: z.string(),
    determinedAt: instant,
    determinedBy: id,
    determinedByName: z.string().nullable(),
  })
  .meta({ id: 'Determination' })
/** What a person said of a change: not legal advice. */
export type Determination = z.infer<typeof determinationView>
/** What holds of a change, and all that was said of it, the newest first. */
export const determinationsView = z
  .object({ determination: z.enum(determinations), items: z.array(determinationView) })
  .meta({ id: 'Determinations' })
/** What holds of a change in the words of regulators, and all that was said of it. */
export type Determinations = z.infer<typeof determinationsView>

/** Why a change has to run before it can be decided. */
export const emergencyRequest = z.strictObject({ reason: words(2000) })
