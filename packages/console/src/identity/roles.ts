import type { Operations } from '@afterai/client'

/** The role of a member. */
export type Role = Operations['inviteMember']['body']['role']

/** A person or a machine of the workspace. */
export type Member = Operations['listMembers']['answer']['items'][number]

/** What each role may do, in a few words. */
export const roleWords: Readonly<Record<Role, string>> = {
  approver: 'decides on what others propose',
  member: 'records, assesses, proposes',
  viewer: 'reads',
  auditor: 'reads, and the trail',
  admin: 'people, policies, and all that others may',
}

const names: Readonly<Record<Role, string>> = {
  approver: 'Approver',
  member: 'Member',
  viewer: 'Viewer',
  auditor: 'Auditor',
  admin: 'Administrator',
}

/** Roles to choose from, each with what it may do. */
export function roleOptions(roles: readonly Role[] = ['approver', 'member', 'viewer', 'auditor', 'admin']) {
  return roles.map((role) => ({ value: role, label: `${names[role]}: ${roleWords[role]}` }))
}
