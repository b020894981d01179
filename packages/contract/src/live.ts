import { z } from 'zod'
import type { Permission } from './permissions.ts'
import { id } from './primitives.ts'

/** Kinds of things that a stream of events tells of, and the permission without which it doesn't. */
export const liveKinds = {
  change: 'change:read',
  evaluation: 'evaluation:read',
  assessment: 'assessment:read',
  decision: 'decision:read',
  record: 'record:read',
  system: 'system:read',
  standing: 'decision:read',
  policy: 'policy:read',
  member: 'member:read',
  audit: 'audit:read',
} as const satisfies Readonly<Record<string, Permission>>

/** A kind of thing that a stream of events tells of. */
export type LiveKind = keyof typeof liveKinds

/** What one event of a stream says: which thing, and the change that it is about, if it is about one. No more: whoever may read it asks. */
export const liveEvent = z.object({ id, changeId: id.nullable() })
/** The data of one event of a stream. */
export type LiveEvent = z.infer<typeof liveEvent>
