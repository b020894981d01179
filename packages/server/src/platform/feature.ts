import type { Http } from './http-application.ts'
import type { Job } from './jobs.ts'
import type { Purges } from './purges.ts'

/** A part of the product, by what it adds to a server: routes, jobs, purges. `instance/composition.ts` puts the features together. */
export interface Feature {
  readonly routes?: (http: Http) => void | Promise<void>
  /** In the order in which they begin. */
  readonly jobs?: readonly Job[]
  readonly purges?: Purges
}
