import type { FastifyRequest } from 'fastify'
import type { Pool } from 'pg'
import type { Audit } from '../audit/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import type { Http } from '../platform/http-application.ts'
import { createRates, limitRequests, ratesOf } from '../platform/rate-limits/index.ts'
import type { AccessTokenKeys } from './access-token.ts'
import { guardRoutes } from './access.ts'
import { authenticateAgain } from './authenticate.ts'
import { createCredentialLookup, type CredentialLookup } from './credential-lookup.ts'
import type { Principal } from './principal.ts'
import { createRefusalTelling, type TellRefusal } from './refusals.ts'
import { credentialHasher, type HashCredential } from './secret-tokens.ts'
import { type SessionCookies, sessionCookies } from './session-cookies.ts'

const minuteMs = 60_000

/** The settings that access goes by. */
export type AccessConfiguration = Pick<Configuration, 'publicUrl' | 'sessionIdleMinutes'> &
  Parameters<typeof ratesOf>[0]

/** The guards that each request passes, and what those who open sessions need of them. */
export interface Access extends Feature {
  readonly credentials: CredentialLookup
  readonly tellRefusal: TellRefusal
  readonly tokens: AccessTokenKeys
  readonly hashCredential: HashCredential
  readonly sessionIdleMs: number
  readonly cookies: SessionCookies
  /** Who makes a request that goes on, as they are now. @throws ProblemError where they are let in no more */
  again(request: FastifyRequest, principal: Principal): Promise<Principal>
  /** Limits and guards every route that is added from now on. */
  guard(http: Http): void
}

/** Creates it. `credentialKey` keys the hashes of credentials. */
export function createAccess(deps: {
  readonly db: Database
  readonly pool: Pool
  readonly audit: Audit
  readonly tokens: AccessTokenKeys
  readonly credentialKey: Uint8Array
  readonly configuration: AccessConfiguration
}): Access {
  const { db, audit, tokens, configuration } = deps
  const { publicUrl } = configuration
  const hashCredential = credentialHasher(deps.credentialKey)
  const rates = createRates(db, (key) => hashCredential(`rate ${key}`))
  const refusals = createRefusalTelling(db, audit)
  const cookies = sessionCookies(publicUrl)
  const shared = {
    credentials: createCredentialLookup(deps.pool),
    tellRefusal: refusals.tell,
    tokens,
    hashCredential,
    sessionIdleMs: configuration.sessionIdleMinutes * minuteMs,
  }
  return {
    ...shared,
    cookies,
    again: (request, principal) =>
      authenticateAgain({ ...shared, db, cookieName: cookies.sessionCookie }, request, principal),
    guard(http) {
      const admit = limitRequests(http, { shared: rates.shared, rates: ratesOf(configuration) })
      guardRoutes(http, { ...shared, db, audit, cookieName: cookies.sessionCookie, publicOrigin: publicUrl, admit })
    },
    jobs: [...rates.jobs, refusals.job],
  }
}
