import { sessionView } from '@afterai/contract'
import { send } from '../api/http.ts'
import { ApiProblem } from '../api/problem.ts'
import { CommandFailure } from '../command-failure.ts'
import type { Settings } from '../settings.ts'
import { credentialStore, type StoredSession } from './credential-store.ts'

/** A token that ends this soon is renewed first: clocks differ, and requests take time. */
const MARGIN_MS = 30_000

/** The source of the token in `Authorization: Bearer`. */
export interface BearerSource {
  readonly get: () => Promise<string>
  /** Another one in place of `refused`, which the server no longer takes; undefined if there is none. */
  readonly renew: (refused: string) => Promise<string | undefined>
}

/** The API key of the environment, or else the access token of the profile's session, renewed when it has run out. */
export function bearerSource(settings: Settings): BearerSource {
  const { apiKey } = settings
  if (apiKey !== undefined) return { get: async () => apiKey, renew: async () => undefined }
  return {
    async get() {
      const session = await credentialStore(settings).read()
      if (!session) throw notSignedIn(settings)
      return isFresh(session) ? session.accessToken : renewed(settings, isFresh)
    },
    renew: (refused) => renewed(settings, (session) => session.accessToken !== refused),
  }
}

/**
 * Spends the refresh handle, unless another command has done so while this one waited for the lock: a handle that is
 * spent twice ends its session.
 */
async function renewed(settings: Settings, isGood: (session: StoredSession) => boolean): Promise<string> {
  let refusal: unknown
  const session = await credentialStore(settings).update(async (held) => {
    if (!held || isGood(held)) return held
    const { refreshHandle } = held
    try {
      const response = await send({ url: settings.url }, 'refreshSession', { body: { refreshHandle } })
      return sessionView.parse(response.json())
    } catch (error) {
      refusal = error
      return error instanceof ApiProblem && error.status === 401 ? undefined : held
    }
  })
  if (refusal !== undefined) throw refusal
  if (!session) throw notSignedIn(settings)
  return session.accessToken
}

function isFresh({ accessTokenExpiresAt }: StoredSession): boolean {
  return Date.parse(accessTokenExpiresAt) - MARGIN_MS > Date.now()
}

function notSignedIn({ url, profile }: Settings): CommandFailure {
  return new CommandFailure('unauthenticated', `Not signed in to ${url} (profile ${profile}).`, {
    remedy: 'Sign in with `afterai login --email YOU`, or set AFTERAI_API_KEY.',
  })
}
