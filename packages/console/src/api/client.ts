import { type Client, createClient, type Fetch } from '@afterai/client'
import { sessionFetch } from './session-fetch.ts'

/** The API, asked by the session's cookies alone: no token ever reaches a script. */
export const api = apiBy(sessionFetch)

/** The same by another way to send. */
export function apiBy(fetch: Fetch): Client {
  return createClient({
    endpoint: location.origin,
    fetch,
    headers: { 'afterai-session': 'cookie' },
    tries: 2,
    longestWaitMs: 4_000,
  })
}
