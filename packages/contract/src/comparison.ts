import { z } from 'zod'
import { changeTypes, deltaItem } from './change.ts'
import { configuration } from './configuration.ts'
import { instant, name, sha256 } from './primitives.ts'
import { runView } from './standing.ts'

/** What is compared: what an environment ran with at an instant, a configuration that is known by its fingerprint, or one that is told; else what runs now. */
const comparedWith = z
  .strictObject({
    environment: name.optional().meta({ description: 'Where; left out: that of the whole comparison.' }),
    at: instant.optional().meta({ description: 'What ran then, as it was known then.' }),
    fingerprint: sha256.optional(),
    configuration: configuration.optional(),
  })
  .refine(
    ({ at, fingerprint, configuration: told }) => [at, fingerprint, told].filter((it) => it !== undefined).length <= 1,
    {
      error: 'give one of at, fingerprint and configuration, or none for what runs now',
    },
  )

/** Two configurations to compare, each by an instant, by its fingerprint, or told. */
export const compareRequest = z.strictObject({
  environment: name.default('production'),
  before: comparedWith.default({}),
  after: comparedWith.default({}),
})

const comparedView = z.object({
  by: z.enum(['at', 'fingerprint', 'configuration']),
  environment: name,
  at: instant.nullable(),
  fingerprint: sha256,
  configuration,
  runs: z.array(runView).meta({
    description:
      'When it ran there, by which change and record, the newest first: the run of the instant alone, where it is asked by one; else 20 at most. Empty: it was never seen to run there.',
  }),
  moreRuns: z.boolean().meta({ description: 'It ran there more often than `runs` tells.' }),
})
/** One of two configurations that are compared, and how it came to run. */
export type Compared = z.infer<typeof comparedView>

/** What differs between two configurations, and how each came to run. */
export const comparisonView = z
  .object({
    system: name,
    before: comparedView,
    after: comparedView,
    same: z.boolean().meta({ description: 'Both have one fingerprint.' }),
    changeTypes: z.array(z.enum(changeTypes)),
    delta: z.array(deltaItem),
  })
  .meta({ id: 'Comparison' })
/** Two configurations of a system with what differs, and how each came to run. */
export type Comparison = z.infer<typeof comparisonView>
