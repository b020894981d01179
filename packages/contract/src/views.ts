import { z } from 'zod'
import { id, words } from './primitives.ts'

const density = z.enum(['default', 'comfortable', 'compact'])

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** The name of a time zone as IANA has it; an offset is none, since it knows no summer. */
const timeZone = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/, 'the name of a time zone, such as Europe/Paris')
  .refine(isTimeZone, 'no time zone of this name is known here')

/** The name of a note that a page shows once. */
const noteName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'lower-case letters, digits, . and - only, 64 at most')

/** How pages look to one person. It is set as a whole. */
export const preferences = z
  .strictObject({
    /** Null for the one of the browser. */
    timeZone: timeZone.nullable(),
    density,
    theme: z.enum(['system', 'light', 'dark']),
    /** Whether single letters are commands. */
    letterKeys: z.boolean(),
    /** Notes that were put away. */
    notesSeen: z.array(noteName).max(100),
  })
  .meta({ id: 'Preferences' })
/** The looks of pages to one person. */
export type Preferences = z.infer<typeof preferences>

/** What everybody begins with. */
export const usualPreferences: Preferences = {
  timeZone: null,
  density: 'default',
  theme: 'system',
  letterKeys: true,
  notesSeen: [],
}

/** A query string (RFC 3986 §3.4), and nothing that a reader could take for an address: no scheme, no host, no fragment. */
const queryString = z
  .string()
  .max(2000)
  .regex(
    /^(?!\/\/)(?![A-Za-z][A-Za-z0-9+.-]*:)(?:[A-Za-z0-9._~!$'()*+,;:@/?=&[\]-]|%[0-9A-Fa-f]{2})*$/,
    'a query string as it stands in an address, without `?` before it and without a scheme',
  )

/** Names of columns, in their order. */
const columns = z.array(z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,39}$/, 'a name of a column, 40 at most')).max(40)

/** A view to be kept: a named query with the columns that it is read in. It is set as a whole. */
export const viewRequest = z.strictObject({
  name: words(80),
  query: queryString,
  columns,
  density,
  /** Whether everybody in the tenant sees it. */
  shared: z.boolean(),
})

/** A view that is kept: one's own, or one that somebody shares. */
export const savedView = z
  .object({ id, ...viewRequest.shape, authorId: id, authorName: z.string().nullable() })
  .meta({ id: 'View' })
/** A kept view. */
export type SavedView = z.infer<typeof savedView>
