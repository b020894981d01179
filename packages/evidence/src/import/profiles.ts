import type { ImportMapping } from './mapping.ts'

/** A table that some tool exports, known by its columns, and how it is read. */
export interface TableProfile {
  readonly name: string
  /** Whether these columns are that tool's, in whatever order. */
  readonly matches: (columns: readonly string[]) => boolean
  readonly mapping: (columns: readonly string[]) => ImportMapping
  /** A sentence about the choice, for the reader of a dry run. */
  readonly proposal?: string
}

/** The profiles, tried in this order before the usual names of columns. */
export const TABLE_PROFILES: readonly TableProfile[] = []

/** The first profile that knows these columns. */
export function profileOf(
  columns: readonly string[],
  profiles: readonly TableProfile[] = TABLE_PROFILES,
): TableProfile | undefined {
  return profiles.find((profile) => profile.matches(columns))
}
