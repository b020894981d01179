import { z } from 'zod'
import { displayName } from './display-name.ts'
import { id, instant, name, sha256, words } from './primitives.ts'

/** What an organisation is to a system, as the AI Act tells the two apart (Reg. (EU) 2024/1689, Art. 3). */
export const systemRoles = ['provider', 'deployer'] as const
/** Names of regimes to choose from; a card may name others. */
export const regimePresets = [
  'baseline',
  'eu-ai-act-provider',
  'eu-ai-act-deployer',
  'eu-finance',
  'us-broker-dealer',
  'us-bank-ny',
  'us-health',
  'medical-device',
  'us-automated-decisions',
] as const
/** Names of risk classes to choose from: the AI Act's, as people call them. A card may name others, such as a bank's tier. */
export const riskClassPresets = ['prohibited', 'high', 'limited', 'minimal'] as const
/** Names of classes of data to choose from; a card may name others. */
export const dataClassPresets = ['public', 'internal', 'confidential', 'personal', 'special-category'] as const

const anyOf = (presets: readonly string[]): { readonly examples: string[]; readonly description: string } => ({
  examples: [...presets],
  description: `A short name: ${presets.join(', ')}, or another. Null: nobody said.`,
})

/** Who answers for a system: a person of the tenant, or a team by its name. */
const cardOwner = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), accountId: id }),
  z.strictObject({ kind: z.literal('team'), name: displayName }),
])

const isWithoutRepeats = (all: readonly string[]): boolean => new Set(all).size === all.length

/** What people say of a system. What is null or empty, nobody has said. */
export const systemCard = z.strictObject({
  purpose: words(1000).nullable().default(null).meta({ description: 'What it is for, in a person’s own words.' }),
  owner: cardOwner.nullable().default(null),
  roles: z
    .array(z.enum(systemRoles))
    .max(2)
    .refine(isWithoutRepeats, 'names a role twice')
    .default([])
    .meta({ description: 'What the organisation is to it; it may be both.' }),
  riskClass: name.nullable().default(null).meta(anyOf(riskClassPresets)),
  regimes: z
    .array(name)
    .max(20)
    .refine(isWithoutRepeats, 'names a regime twice')
    .default([])
    .meta({ description: `Regimes that it is under: ${regimePresets.join(', ')}, or others.` }),
  dataClass: name.nullable().default(null).meta(anyOf(dataClassPresets)),
  vendor: displayName.nullable().default(null).meta({ description: 'Who it is bought from.' }),
})
/** What people say of a system: owner, purpose, roles, classes and regimes. */
export type SystemCard = z.infer<typeof systemCard>

/** A whole card. What is left out is said by nobody from then on. */
export const setCardRequest = systemCard.extend({
  basedOn: z.number().int().min(0).optional().meta({
    description: 'The version that it was made from: refused where another is in force by now. 0: none was.',
  }),
})

/** Which version of a card is asked for; left out: the newest. */
export const cardQuery = z.strictObject({
  at: instant.optional().meta({ description: 'The card that was in force then; left out: now.' }),
  version: z.coerce.number().int().min(1).optional(),
})

/** A version of what people say of a system. */
export const systemCardView = z
  .object({
    system: name,
    systemId: id,
    version: z.number().int().meta({ description: '0: nobody has filled it in.' }),
    card: systemCard,
    ownerName: z.string().nullable().meta({ description: 'The owner’s name, as it was when the card was set.' }),
    ownerIsMember: z.boolean().nullable().meta({
      description: 'Whether the owner is a member now, and not disabled; null where no person is named.',
    }),
    digest: sha256.nullable().meta({ description: 'Of system, version and card: records cite it.' }),
    setAt: instant.nullable(),
    setBy: id.nullable(),
    setByName: z.string().nullable(),
  })
  .meta({ id: 'SystemCard' })
/** A card as it is read, with its version. */
export type SystemCardView = z.infer<typeof systemCardView>
