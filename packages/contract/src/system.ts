import { z } from 'zod'
import { configuration } from './configuration.ts'
import { id, instant, name, sha256, words } from './primitives.ts'

/** What a system is made of: its name, and who it belongs to. */
export const createSystemRequest = z.strictObject({ name, title: words(200).optional(), owner: words(200).optional() })
/** A system as it is read; null for what nobody said. */
export const systemView = z
  .object({
    id,
    name,
    title: z.string().nullable(),
    owner: z.string().nullable(),
    createdAt: instant,
    productionAssumedAt: instant.nullable().meta({
      description:
        'When telemetry that names no environment was first counted as `production`; null where that never was.',
    }),
    environments: z.array(
      z.object({
        name,
        fingerprint: sha256,
        firstSeenAt: instant,
        lastSeenAt: instant,
        observations: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'System' })
/** A system as it is read; null for what nobody said. */
export type System = z.infer<typeof systemView>

/** A report that somebody saw a system run with a configuration. */
export const observation = z.strictObject({
  id: id.optional().meta({ description: 'Makes the observation idempotent: the same id counts once.' }),
  system: name,
  environment: name.default('production'),
  configuration,
  observedAt: instant.optional(),
  origin: z.enum(['sdk', 'api', 'ci', 'manual', 'import']).default('api'),
  revision: name.optional().meta({ description: 'Commit or build that was deployed.' }),
})
/** A report that somebody saw a system run with a configuration. */
export type Observation = z.infer<typeof observation>

/** Reports of what runs, 500 at most. */
export const observeRequest = z.strictObject({ observations: z.array(observation).min(1).max(500) })

/** `baseline`: the first of its environment; `unchanged`; `changed`: an ACE was opened, or one that is open was seen again; `late`: it tells of a configuration that ran before the last change; `duplicate`: this id was here before. */
export const observationOutcome = z.object({
  id,
  outcome: z.enum(['baseline', 'unchanged', 'changed', 'late', 'duplicate']),
  fingerprint: sha256,
  changeId: id.nullable(),
})
/** What came of each report, in their order. */
export const observeResponse = z.object({ results: z.array(observationOutcome) })

/** A configuration by its fingerprint, and when it was first seen. */
export const configurationView = z.object({ fingerprint: sha256, configuration, firstSeenAt: instant })

/** The key for digests of prompts and tool schemas, base64. Text is digested where it is; it is never sent. */
export const digestKeyView = z.object({ keyId: z.string(), key: z.string(), algorithm: z.literal('hmac-sha256') })
