import { sql } from 'kysely'
import type { Access } from '../access/index.ts'
import type { Audit } from '../audit/index.ts'
import type { Configuration } from '../platform/configuration.ts'
import type { Database } from '../platform/database.ts'
import type { Feature } from '../platform/feature.ts'
import type { Http } from '../platform/http-application.ts'
import { outboundPolicyOf } from '../platform/outbound-addresses.ts'
import { listeningSite, originFrom } from '../platform/public-origin.ts'
import type { Purges } from '../platform/purges.ts'
import { apiKeyRoutes } from './api-keys/api-key-routes.ts'
import { deviceRoutes } from './device-login/device-routes.ts'
import type { EnrolmentDependencies } from './enrolment-service.ts'
import { federationRoutes } from './federation/federation-routes.ts'
import { createProviderClients } from './federation/provider-client.ts'
import type { SecretBox as TenantSecrets } from './federation/provider-service.ts'
import { createThrottle, forgettingGuesses } from './guessing/throttle.ts'
import { invitationRoutes } from './invitations/invitation-routes.ts'
import type { MailQueue } from './mail-queue.ts'
import { memberRoutes } from './members/member-routes.ts'
import { passwordResetRoutes } from './passwords/password-reset-routes.ts'
import { createPasswords } from './passwords/passwords.ts'
import { proofRoutes } from './proof-routes.ts'
import { factorRoutes } from './second-factor/factor-routes.ts'
import type { SecretBox as AccountSecrets } from './second-factor/totp.ts'
import { serviceAccountRoutes } from './service-accounts/service-account-routes.ts'
import { ownSessionRoutes } from './sessions/own-session-routes.ts'
import { sessionRoutes } from './sessions/session-routes.ts'
import { tenantRoutes } from './tenants/tenant-routes.ts'

const hourMs = 3_600_000

const purges: Purges = {
  spentRefreshHandles: (most) => sql`select purge_spent_refresh(${most}) as gone`,
  sessions: (most) => sql`select purge_sessions(${most}) as gone`,
  invitations: (most) => sql`select purge_invitations(${most}) as gone`,
  passwordResets: (most) => sql`select purge_password_resets(${most}) as gone`,
  providerSignIns: (most) => sql`select purge_oidc_transactions(${most}) as gone`,
  deviceAuthorizations: (most) => sql`select purge_device_authorizations(${most}) as gone`,
  deviceCodeGuesses: (most) => sql`select purge_device_code_guesses(${most}) as gone`,
}

/** Parts that accounts, tenants and the ways to prove who one is are made of. */
export interface IdentityParts {
  readonly db: Database
  readonly audit: Audit
  readonly access: Access
  readonly accountSecrets: AccountSecrets
  readonly tenantSecrets: TenantSecrets
  readonly foundTenant: EnrolmentDependencies['foundTenant']
  readonly mail: MailQueue | undefined
  readonly configuration: Pick<Configuration, 'mode' | 'outboundNetworks' | 'publicUrl' | 'sessionMaxHours'>
}

/** Accounts, tenants, and the ways to prove who one is. */
export interface Identity extends Feature {
  readonly enrolment: EnrolmentDependencies
}

/** Creates them. */
export async function createIdentity(parts: IdentityParts): Promise<Identity> {
  const { db, audit, access, foundTenant, configuration } = parts
  const { credentials, tellRefusal, tokens, hashCredential, sessionIdleMs } = access
  const enrolment: EnrolmentDependencies = {
    db,
    audit,
    credentials,
    tellRefusal,
    tokens,
    passwords: createPasswords(),
    hashCredential,
    throttle: createThrottle(db, hashCredential),
    sessionMaxMs: configuration.sessionMaxHours * hourMs,
    sessionIdleMs,
    foundTenant,
  }
  return {
    enrolment,
    routes: (http) => identityRoutes(http, enrolment, parts),
    jobs: [forgettingGuesses(db)],
    purges,
  }
}

async function identityRoutes(http: Http, enrolment: EnrolmentDependencies, parts: IdentityParts): Promise<void> {
  const { publicUrl } = parts.configuration
  const { cookies } = parts.access
  const site = { origin: () => publicUrl ?? listeningSite(http.listeningOrigin) }
  const factors = { ...enrolment, cookies, secretBox: parts.accountSecrets, site }
  const people = { ...enrolment, mail: parts.mail }
  const publicOrigin = originFrom(publicUrl)
  const clients = createProviderClients(outboundPolicyOf(parts.configuration))
  sessionRoutes(http, { ...enrolment, cookies, publicOrigin: publicUrl })
  proofRoutes(http, factors)
  factorRoutes(http, factors)
  ownSessionRoutes(http, enrolment)
  memberRoutes(http, enrolment)
  invitationRoutes(http, people)
  passwordResetRoutes(http, people)
  serviceAccountRoutes(http, enrolment)
  apiKeyRoutes(http, enrolment)
  tenantRoutes(http, people)
  await federationRoutes(http, { ...enrolment, keys: parts.tenantSecrets, clients, cookies, publicOrigin })
  await deviceRoutes(http, { ...enrolment, publicOrigin })
}
