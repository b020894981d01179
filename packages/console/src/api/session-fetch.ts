import type { Fetch, FetchRequest } from '@afterai/client'
import { noteRelease } from './release.ts'

/** What every tab of the console is told of the session that they share. */
export type SessionNews = 'ended' | 'began'

const channel = new BroadcastChannel('afterai-session')
const listeners = new Set<(news: SessionNews) => void>()
channel.addEventListener('message', ({ data }: MessageEvent<SessionNews>) => tellHere(data))

/** Calls back when the session ends or begins, in this tab or another. Returns what stops it. */
export function onSessionNews(listener: (news: SessionNews) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Tells the other tabs of the session: this one knows. */
export function tellOtherTabs(news: SessionNews): void {
  channel.postMessage(news)
}

/** Tells all tabs of the session, this one included. */
export function tellSession(news: SessionNews): void {
  tellOtherTabs(news)
  tellHere(news)
}

function tellHere(news: SessionNews): void {
  for (const listener of listeners) listener(news)
}

/** Requests whose 401 is an answer about what was typed, or about a session that isn't wanted any more. */
const withoutRefresh = /\/v1\/(session(\/.*)?|setup|sign-in-options|invitations\/accept|password-resets.*)$/

/**
 * A `fetch` on the session's cookies, which no script can read. A 401 is answered by one refresh over all tabs (Web Locks), and the
 * request is sent once more; if the session has ended, all tabs are told.
 */
export const sessionFetch: Fetch = bySession(send)

/** Sends a request as a browser does. */
export type Sender = (address: string, request: FetchRequest) => Promise<Response>

/** The same by whatever sends the request. */
export function bySession(sender: Sender): Fetch {
  return async (address, request) => {
    const answer = await sender(address, request)
    const { pathname } = new URL(address)
    if (
      answer.status !== 401 ||
      (withoutRefresh.test(pathname) && !(pathname === '/v1/session' && request.method === 'GET')) ||
      !(await isOfSession(answer))
    )
      return answer
    if (await refreshed()) return sender(address, request)
    tellSession('ended')
    return answer
  }
}

const aboutWhatWasTyped: ReadonlySet<unknown> = new Set([
  'invalid_credentials',
  'invalid_code',
  'invalid_second_factor',
])

/** Whether a 401 is about the session. One about a password or a code that was typed is final: sent again, it would count as a second guess. */
async function isOfSession(answer: Response): Promise<boolean> {
  const problem: unknown = await answer
    .clone()
    .json()
    .catch(() => undefined)
  return typeof problem !== 'object' || problem === null || !('code' in problem) || !aboutWhatWasTyped.has(problem.code)
}

let lastRefresh = 0

/** Renews the session's cookies, unless another tab just did. Returns whether there is a session. */
async function refreshed(): Promise<boolean> {
  const asked = Date.now()
  return navigator.locks.request('afterai-refresh', async () => {
    const renewedAt = Math.max(lastRefresh, Number(localStorage.getItem('session-renewed') ?? 0))
    if (renewedAt > asked) return true
    const { status } = await send(new URL('/v1/session/refresh', location.origin).href, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: 'application/json', 'afterai-session': 'cookie' },
      signal: AbortSignal.timeout(15_000),
    })
    if (status !== 200) return false
    lastRefresh = Date.now()
    localStorage.setItem('session-renewed', String(lastRefresh))
    return true
  })
}

async function send(address: string, { body, ...request }: FetchRequest): Promise<Response> {
  const answer = await fetch(address, {
    ...request,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: body as BodyInit }),
  })
  noteRelease(answer)
  return answer
}
