import type { ComponentType } from 'react'
import type { Permission } from '../app/me.ts'
import { lazily } from '../look/lazily.ts'

/** A part of the settings, at an address of its own. */
export interface Section {
  /** The last part of its address. */
  readonly name: string
  readonly label: string
  /** Whoever lacks it doesn't see the section; without one, everybody does. */
  readonly permission?: Permission
  readonly component: ComponentType<object>
}

/** What is the reader's own, in the order of the navigation. */
export const ownSections: readonly Section[] = [
  {
    name: 'profile',
    label: 'Profile',
    component: lazily(async () => (await import('./profile-section.tsx')).ProfileSection),
  },
  {
    name: 'security',
    label: 'Security',
    permission: 'credential:own',
    component: lazily(async () => (await import('../identity/security-section.tsx')).SecuritySection),
  },
  {
    name: 'sessions',
    label: 'Sessions',
    permission: 'session:own',
    component: lazily(async () => (await import('../identity/sessions-section.tsx')).SessionsSection),
  },
  {
    name: 'workspaces',
    label: 'Workspaces',
    component: lazily(async () => (await import('./workspaces-section.tsx')).WorkspacesSection),
  },
]

/** What belongs to the tenant. */
export const tenantSections: readonly Section[] = [
  {
    name: 'members',
    label: 'People',
    permission: 'member:read',
    component: lazily(async () => (await import('../identity/members-section.tsx')).MembersSection),
  },
  {
    name: 'service-accounts',
    label: 'Service accounts',
    permission: 'member:read',
    component: lazily(async () => (await import('../identity/service-accounts-section.tsx')).ServiceAccountsSection),
  },
  {
    name: 'keys',
    label: 'API keys',
    permission: 'api-key:own',
    component: lazily(async () => (await import('../identity/api-keys-section.tsx')).ApiKeysSection),
  },
  {
    name: 'providers',
    label: 'Sign-in providers',
    permission: 'identity-provider:read',
    component: lazily(async () => (await import('../identity/providers-section.tsx')).ProvidersSection),
  },
  {
    name: 'streams',
    label: 'Audit streams',
    permission: 'audit-stream:read',
    component: lazily(async () => (await import('./streams-section.tsx')).StreamsSection),
  },
]
