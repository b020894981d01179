import { createClient } from '@afterai/client'
import { sessionFetch } from './session-fetch.ts'

/** The API, asked by the session's cookies alone: no token ever reaches a script. */
export const api = createClient({
  endpoint: location.origin,
  fetch: sessionFetch,
  headers: { 'afterai-session': 'cookie' },
  tries: 2,
  longestWaitMs: 4_000,
})
