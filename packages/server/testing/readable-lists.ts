import { worklists } from './worklist-attempts.ts'

/** Lists that come whole: they have no pages, and so no cursor. */
export const unpagedLists: readonly string[] = [
  'views',
  'sessions',
  'factors',
  'audit-streams',
  'identity-providers',
  'break-glass-accounts',
  'log/keys',
  'me',
]

/** Lists, whose answers must name nothing of another tenant. */
export const lists: readonly string[] = [
  'systems',
  'changes',
  ...worklists,
  'evaluations',
  'decisions',
  'records',
  'members',
  'identity-providers',
  'break-glass-accounts',
  'service-accounts',
  'invitations',
  'api-keys',
  'sessions',
  'factors',
  'audit-events',
  'audit-streams',
  'views',
  'log/keys',
  'me',
  'telemetry/clients',
  'telemetry/served-models',
  'telemetry/dropped',
]
