import {
  breakGlassView,
  createIdentityProviderRequest,
  federatedIdentityView,
  id,
  identityProviderTestView,
  identityProviderView,
  linkIdentityRequest,
  page,
  ProblemError,
  updateIdentityProviderRequest,
} from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import type { Configuration } from 'openid-client'
import { z } from 'zod'
import { unaudited } from '../../audit/index.ts'
import type { Database, Transaction } from '../../platform/database.ts'
import type { Http } from '../../platform/http-application.ts'
import { callerOf, inTenant } from '../../access/index.ts'
import { linkAccount } from './admission/admit.ts'
import { listBreakGlass, setBreakGlass, standingOf } from './break-glass.ts'
import type { ProviderClients } from './provider-client.ts'
import {
  accessOf,
  createProvider,
  listProviders,
  type ProviderDependencies,
  readProvider,
  removeProvider,
  toProviderView,
  updateProvider,
} from './provider-service.ts'

/** Dependencies of the routes of providers. */
export interface ProviderRouteDependencies extends ProviderDependencies {
  readonly db: Database
  readonly clients: ProviderClients
  readonly redirectUri: (request: FastifyRequest) => string
}

const readable = { permission: 'identity-provider:read' } as const
const writable = { permission: 'identity-provider:write', stepUp: true } as const
const params = z.object({ id })
const accountParams = z.object({ accountId: id })
/** For what the address says all of. */
const noBody = z.strictObject({}).nullish()

/** The identity providers of a tenant, for its admins. Bodies hold secrets, so no answer is kept for a retry. */
export function providerRoutes(http: Http, deps: ProviderRouteDependencies): void {
  const run = inTenant(deps.db)
  const one = { 200: identityProviderView }

  http.get(
    '/v1/identity-providers',
    { config: { ...readable, audits: unaudited.namesOnly }, schema: { response: { 200: page(identityProviderView) } } },
    (request) =>
      run(request, async (tx, { principal }) => {
        const rows = await listProviders(tx, principal.tenantId)
        return { items: rows.map((row) => toProviderView(row, deps.redirectUri(request))), nextCursor: null }
      }),
  )
  http.get(
    '/v1/identity-providers/:id',
    { config: { ...readable, audits: unaudited.namesOnly }, schema: { params, response: one } },
    (request) =>
      run(request, async (tx, { principal }) =>
        toProviderView(await readProvider(tx, principal.tenantId, request.params.id), deps.redirectUri(request)),
      ),
  )
  http.post(
    '/v1/identity-providers',
    {
      config: { ...writable, audits: ['identity_provider.create'] },
      schema: { body: createIdentityProviderRequest, response: { 201: identityProviderView } },
    },
    async (request, reply) => {
      const settings = request.body
      await deps.clients.discover(settings)
      const row = await run(request, (tx, caller) => createProvider(deps, tx, { caller, settings }))
      return reply.code(201).send(toProviderView(row, deps.redirectUri(request)))
    },
  )
  http.put(
    '/v1/identity-providers/:id',
    {
      config: { ...writable, audits: ['identity_provider.enforce', 'identity_provider.update'] },
      schema: { params, body: updateIdentityProviderRequest, response: one },
    },
    async (request) => {
      const { params: wanted, body: change } = request
      // Not for other settings: enforcing must end when the provider is down.
      if (change.clientId !== undefined || change.clientSecret !== undefined || change.enforced === true) {
        await deps.clients.discover({ ...(await access(deps, request, wanted.id)), ...given(change) })
      }
      const row = await run(request, (tx, caller) => updateProvider(deps, tx, { caller, id: wanted.id, change }))
      return toProviderView(row, deps.redirectUri(request))
    },
  )
  http.delete(
    '/v1/identity-providers/:id',
    { config: { ...writable, audits: ['identity_provider.remove'] }, schema: { params, response: { 204: z.null() } } },
    async (request, reply) => {
      await run(request, (tx, caller) => removeProvider(deps, tx, { caller, id: request.params.id }))
      return reply.code(204).send(null)
    },
  )
  http.post(
    '/v1/identity-providers/:id/test',
    {
      config: { ...writable, audits: ['identity_provider.test'] },
      schema: { params, body: noBody, response: { 200: identityProviderTestView } },
    },
    async (request) => {
      const configuration = await deps.clients.discover(await access(deps, request, request.params.id))
      const resource = `identity-provider/${request.params.id}`
      await run(request, (tx, { actor }) => deps.audit(tx, actor, { action: 'identity_provider.test', resource }))
      return toTestView(configuration)
    },
  )
}

function given({ clientId, clientSecret }: { clientId?: string | undefined; clientSecret?: string | undefined }) {
  return { ...(clientId === undefined ? {} : { clientId }), ...(clientSecret === undefined ? {} : { clientSecret }) }
}

function access(deps: ProviderRouteDependencies, request: FastifyRequest, providerId: string) {
  return inTenant(deps.db)(request, async (tx, { principal }) =>
    accessOf(deps, tx, await readProvider(tx, principal.tenantId, providerId)),
  )
}

function toTestView(configuration: Configuration) {
  const metadata = configuration.serverMetadata()
  return {
    issuer: metadata.issuer,
    authorizationEndpoint: metadata.authorization_endpoint ?? '',
    signingAlgorithms: metadata.id_token_signing_alg_values_supported ?? [],
    namesIssuer: metadata.authorization_response_iss_parameter_supported === true,
    signsOut: metadata.end_session_endpoint !== undefined,
  }
}

/** Who the subjects of a provider are, and who may do without it. */
export function federatedMemberRoutes(http: Http, deps: ProviderRouteDependencies): void {
  const run = inTenant(deps.db)

  http.get(
    '/v1/identity-providers/:id/identities',
    {
      config: { ...readable, audits: unaudited.workingData },
      schema: { params, response: { 200: page(federatedIdentityView) } },
    },
    (request) =>
      run(request, async (tx, { principal }) => {
        const { tenantId } = principal
        const { id: providerId } = await readProvider(tx, tenantId, request.params.id)
        return { items: await listIdentities(tx, { tenantId, providerId }), nextCursor: null }
      }),
  )
  http.post(
    '/v1/identity-providers/:id/identities',
    {
      config: { ...writable, audits: ['federated_identity.link'] },
      schema: { params, body: linkIdentityRequest, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { subject, accountId } = request.body
      await run(request, async (tx, { principal, actor }) => {
        const provider = await readProvider(tx, principal.tenantId, request.params.id)
        await refuseStranger(tx, principal.tenantId, accountId)
        await linkAccount(deps, tx, { actor, provider, subject, accountId, linkedBy: 'admin', signedInAt: null })
      })
      return reply.code(204).send(null)
    },
  )
  http.get(
    '/v1/break-glass-accounts',
    { config: { ...readable, audits: unaudited.workingData }, schema: { response: { 200: page(breakGlassView) } } },
    (request) =>
      run(request, async (tx, { principal }) => ({
        items: await listBreakGlass(tx, principal.tenantId),
        nextCursor: null,
      })),
  )
  for (const [method, breakGlass, action] of [
    ['PUT', true, 'break_glass.grant'],
    ['DELETE', false, 'break_glass.revoke'],
  ] as const) {
    http.route({
      method,
      url: '/v1/break-glass-accounts/:accountId',
      config: { ...writable, audits: [action] },
      schema: { params: accountParams, body: noBody, response: { 200: breakGlassView } },
      handler: (request) => {
        const { accountId } = request.params
        return inTenant(deps.db)(request, (tx) =>
          setBreakGlass(deps, tx, { caller: callerOf(request), accountId, breakGlass }),
        )
      },
    })
  }
}

async function listIdentities(tx: Transaction, { tenantId, providerId }: { tenantId: string; providerId: string }) {
  const rows = tx.selectFrom('federated_identity').selectAll().where('tenant_id', '=', tenantId)
  const ofProvider = await rows.where('provider_id', '=', providerId).orderBy('created_at').limit(1000).execute()
  return ofProvider.map((row) => ({
    subject: row.subject,
    accountId: row.account_id,
    linkedBy: row.linked_by,
    createdAt: row.created_at.toISOString(),
    signedInAt: row.signed_in_at?.toISOString() ?? null,
  }))
}

async function refuseStranger(tx: Transaction, tenantId: string, accountId: string): Promise<void> {
  const members = tx.selectFrom('membership').select('kind').where('tenant_id', '=', tenantId)
  const member = await members.where('account_id', '=', accountId).executeTakeFirst()
  const { disabled } = await standingOf(tx, tenantId, accountId)
  if (member?.kind === 'person' && !disabled) return
  throw new ProblemError('not_found', { detail: 'there is no person of the tenant with this id' })
}
