import type { Operations, SystemCard } from '@afterai/client'
import { typed } from '../look/form-text.ts'

type SetCard = Operations['setSystemCard']['body']
type Role = SystemCard['card']['roles'][number]

/** What an organisation can be to a system, in the words of the AI Act. */
export const roleLabels: readonly { readonly value: Role; readonly label: string }[] = [
  { value: 'provider', label: 'Provider: you make it, or have it made' },
  { value: 'deployer', label: 'Deployer: you use it under your authority' },
]
/** Risk classes as people call them. */
export const classSuggestions = ['prohibited', 'high', 'limited', 'minimal']
/** Classes of data. */
export const dataSuggestions = ['public', 'internal', 'confidential', 'personal', 'special-category']
/** Regimes by their short names. */
export const regimeSuggestions = [
  'baseline',
  'eu-ai-act-provider',
  'eu-ai-act-deployer',
  'eu-finance',
  'us-broker-dealer',
  'us-bank-ny',
  'us-health',
  'medical-device',
  'us-automated-decisions',
]

/** What the owner can be besides a person. */
export const ownersBesides = [
  { value: '', label: 'Nobody said' },
  { value: 'team', label: 'A team' },
]

/** The card as the API takes it: what was left empty is said by nobody. */
export function toCard(
  form: FormData,
  { owner, roles, basedOn }: { readonly owner: string; readonly roles: readonly Role[]; readonly basedOn: number },
): SetCard {
  const text = (name: string) => typed(form, name).trim() || null
  return {
    purpose: text('purpose'),
    owner:
      owner === ''
        ? null
        : owner === 'team'
          ? { kind: 'team', name: text('team') ?? '' }
          : { kind: 'person', accountId: owner },
    roles: [...roles],
    riskClass: text('riskClass'),
    regimes: [...new Set(typed(form, 'regimes').split(/[\s,]+/))].filter((it) => it !== ''),
    dataClass: text('dataClass'),
    vendor: text('vendor'),
    basedOn,
  }
}
