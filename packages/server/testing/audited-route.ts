import type { Person, TestRequest } from './test-server.ts'

/** A request, and whom the trail must name for it. */
export interface Doing {
  readonly request: TestRequest
  /** Whom the trail must name; left out where nobody was known before. */
  readonly actorId?: string
  readonly credential: string
  /** Whether the trail can't name anybody. */
  readonly byNobody?: boolean
}

/** A route that changes something, or whose reading is an event: how to make it happen, and what it must leave behind. */
export interface AuditedRoute {
  readonly actions: readonly string[]
  readonly prepare: () => Promise<Doing>
}

/** A request of a person, with their token. */
export const by = (person: Person, method: 'POST' | 'PUT' | 'DELETE' | 'GET', path: string, body?: unknown): Doing => ({
  request: { method, path, token: person.token, ...(body === undefined ? {} : { body }) },
  actorId: person.accountId,
  credential: 'bearer',
})
