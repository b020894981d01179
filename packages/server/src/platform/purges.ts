import type { RawBuilder } from 'kysely'

/** Deletes at most so many rows of what has served its time, by a function of the schema, and answers how many went. */
export type Purge = (most: number) => RawBuilder<{ gone: number }>

/** Purges by the names that the trail tells them by. */
export type Purges = Readonly<Record<string, Purge>>
