import type { Operations } from '@afterai/client'

/** A permission that a key may carry. */
export type Scope = Operations['createApiKey']['body']['scopes'][number]

/** What keys are made for, each with the permissions that it takes and no more. */
export const keyPurposes: readonly {
  readonly value: string
  readonly label: string
  readonly scopes: readonly Scope[]
}[] = [
  {
    value: 'observe',
    label: 'Tell what runs: SDK, OpenTelemetry',
    scopes: ['observation:write', 'telemetry:write', 'digest-key:read'],
  },
  {
    value: 'pipeline',
    label: 'A pipeline: changes, evaluations, the gate',
    scopes: [
      'observation:write',
      'digest-key:read',
      'change:read',
      'change:write',
      'evaluation:read',
      'evaluation:write',
      'assessment:read',
      'assessment:write',
      'policy:read',
      'decision:read',
      'record:read',
      'system:read',
      'system:write',
    ],
  },
  {
    value: 'read',
    label: 'Read only',
    scopes: [
      'system:read',
      'change:read',
      'assessment:read',
      'decision:read',
      'record:read',
      'evaluation:read',
      'log:read',
    ],
  },
]

/** A key as far as its end goes. */
interface Ending {
  readonly id: string
  readonly expiresAt: string | null
  readonly expiresSoon: boolean
}

/** Keys with those that end soon first, the soonest at the top; the others keep their order. Each stands once. */
export function soonestFirst<Key extends Ending>(keys: readonly Key[]): Key[] {
  const once = [...new Map(keys.map((key) => [key.id, key])).values()]
  const soon = once.filter(({ expiresSoon }) => expiresSoon)
  soon.sort((one, other) => (one.expiresAt ?? '').localeCompare(other.expiresAt ?? ''))
  return [...soon, ...once.filter(({ expiresSoon }) => !expiresSoon)]
}
