import {
  type IdentityProviderChange,
  type IdentityProviderView,
  type NewIdentityProvider,
  ProblemError,
} from '@afterai/contract'
import type { Selectable } from 'kysely'
import type { Audit } from '../../audit/index.ts'
import { json, isUniqueViolation, type Tables, type Transaction } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Caller } from '../../access/index.ts'
import { lockAdmins } from '../members/admins.ts'
import { countBreakGlass } from './break-glass.ts'
import { endSessionsWithoutProvider, holdSessionsUp } from './enforced-sign-on.ts'
import type { ProviderAccess } from './provider-client.ts'

/** An identity provider as it is kept. */
export type ProviderRow = Selectable<Tables['identity_provider']>

/** Seals and opens a tenant's secrets; the tenant's keys, wired in composition.ts. */
export interface SecretBox {
  wrap(tx: Transaction, tenantId: string, secret: { bytes: Uint8Array; belongsTo: string }): Promise<Uint8Array>
  unwrap(tx: Transaction, tenantId: string, sealed: { bytes: Uint8Array; belongsTo: string }): Promise<Uint8Array>
}

/** Dependencies of keeping a tenant's providers. */
export interface ProviderDependencies {
  readonly audit: Audit
  readonly keys: SecretBox
}

const secretOf = (id: string): string => `identity-provider/${id}/client-secret`

/** Keeps a provider that has been asked what it is. @throws ProblemError `conflict` */
export async function createProvider(
  { audit, keys }: ProviderDependencies,
  tx: Transaction,
  { caller, settings }: { caller: Caller; settings: NewIdentityProvider },
): Promise<ProviderRow> {
  const { tenantId } = caller.principal
  const id = newId()
  const secret = { bytes: Buffer.from(settings.clientSecret), belongsTo: secretOf(id) }
  const values = {
    tenant_id: tenantId,
    id,
    issuer: settings.issuer,
    client_secret: await keys.wrap(tx, tenantId, secret),
    ...requiredColumns(settings),
  }
  try {
    const row = await tx.insertInto('identity_provider').values(values).returningAll().executeTakeFirstOrThrow()
    const details = { issuer: row.issuer, ...described(settings) }
    await audit(tx, caller.actor, { action: 'identity_provider.create', resource: `identity-provider/${id}`, details })
    return row
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new ProblemError('conflict', { detail: 'the tenant has a provider with this issuer' })
  }
}

function requiredColumns(settings: NewIdentityProvider) {
  return {
    name: settings.name,
    client_id: settings.clientId,
    scopes: settings.scopes,
    groups_claim: settings.groupsClaim,
    role_mapping: json(settings.roleMapping),
    default_role: settings.defaultRole,
    allowed_domains: settings.allowedDomains,
    creates_members: settings.createsMembers,
  }
}

/** Changes what is given. Enforcing needs a break-glass account, and ends every session that may not be there then. */
export async function updateProvider(
  { audit, keys }: ProviderDependencies,
  tx: Transaction,
  { caller, id, change }: { caller: Caller; id: string; change: IdentityProviderChange },
): Promise<ProviderRow> {
  const { tenantId } = caller.principal
  // In this order, as whoever signs in takes them; without the first, the last break-glass admin could be taken away meanwhile.
  await lockAdmins(tx, caller)
  await holdSessionsUp(tx, tenantId)
  const before = await readProvider(tx, tenantId, id)
  const enforces = change.enforced === true && !before.enforced
  if (enforces && (await countBreakGlass(tx, tenantId)) === 0) {
    throw new ProblemError('invalid_transition', {
      detail:
        'mark an admin with a password as break-glass first, so that the tenant can be reached when the provider can’t',
    })
  }
  const secret =
    change.clientSecret === undefined
      ? {}
      : {
          client_secret: await keys.wrap(tx, tenantId, {
            bytes: Buffer.from(change.clientSecret),
            belongsTo: secretOf(id),
          }),
        }
  const row = await tx
    .updateTable('identity_provider')
    .set({ ...changedColumns(change), ...secret, updated_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const resource = `identity-provider/${id}`
  await audit(tx, caller.actor, { action: 'identity_provider.update', resource, details: described(change) })
  if (row.enforced !== before.enforced) {
    const details = {
      enforced: row.enforced,
      sessionsEnded: row.enforced ? await endSessionsWithoutProvider(tx, tenantId) : 0,
    }
    await audit(tx, caller.actor, { action: 'identity_provider.enforce', resource, details })
  }
  return row
}

function changedColumns(change: IdentityProviderChange) {
  const { name, clientId, scopes, groupsClaim, roleMapping, defaultRole, allowedDomains, createsMembers, enforced } =
    change
  return {
    ...(name === undefined ? {} : { name }),
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(groupsClaim === undefined ? {} : { groups_claim: groupsClaim }),
    ...(roleMapping === undefined ? {} : { role_mapping: json(roleMapping) }),
    ...(defaultRole === undefined ? {} : { default_role: defaultRole }),
    ...(allowedDomains === undefined ? {} : { allowed_domains: allowedDomains }),
    ...(createsMembers === undefined ? {} : { creates_members: createsMembers }),
    ...(enforced === undefined ? {} : { enforced }),
  }
}

// The settings as the audit trail tells them: the secret only as a fact that it changed.
function described({ clientSecret, ...settings }: NewIdentityProvider | IdentityProviderChange) {
  return { ...settings, ...(clientSecret === undefined ? {} : { clientSecret: 'replaced' }) }
}

/** Forgets a provider, who its subjects are, and ends its sessions. Members stay. @throws ProblemError `not_found` */
export async function removeProvider(
  { audit }: ProviderDependencies,
  tx: Transaction,
  { caller, id }: { caller: Caller; id: string },
): Promise<void> {
  const { tenantId } = caller.principal
  const { issuer } = await readProvider(tx, tenantId, id)
  await endSessionsOfProvider(tx, { tenantId, providerId: id })
  await tx.deleteFrom('identity_provider').where('tenant_id', '=', tenantId).where('id', '=', id).execute()
  await audit(tx, caller.actor, {
    action: 'identity_provider.remove',
    resource: `identity-provider/${id}`,
    details: { issuer },
  })
}

/** Ends the sessions that a provider opened: all of them, or an account's. */
export async function endSessionsOfProvider(
  tx: Transaction,
  { tenantId, providerId, accountId }: { tenantId: string; providerId: string; accountId?: string },
): Promise<void> {
  const sessions = tx
    .updateTable('session')
    .set({ revoked_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('provider_id', '=', providerId)
    .where('revoked_at', 'is', null)
  await (accountId === undefined ? sessions : sessions.where('account_id', '=', accountId)).execute()
}

/** The tenant's providers, oldest first. */
export async function listProviders(tx: Transaction, tenantId: string): Promise<ProviderRow[]> {
  const rows = tx.selectFrom('identity_provider').selectAll().where('tenant_id', '=', tenantId)
  return rows.orderBy('created_at').limit(1000).execute()
}

/** One of the tenant's providers. @throws ProblemError `not_found` */
export async function readProvider(tx: Transaction, tenantId: string, id: string): Promise<ProviderRow> {
  const rows = tx.selectFrom('identity_provider').selectAll().where('tenant_id', '=', tenantId)
  const row = await rows.where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new ProblemError('not_found', { detail: 'there is no identity provider with this id' })
  return row
}

/** Reads issuer and client for talking with a provider, its secret opened. */
export async function accessOf(
  { keys }: Pick<ProviderDependencies, 'keys'>,
  tx: Transaction,
  row: ProviderRow,
): Promise<ProviderAccess & { id: string; version: string }> {
  const secret = await keys.unwrap(tx, row.tenant_id, { bytes: row.client_secret, belongsTo: secretOf(row.id) })
  return {
    id: row.id,
    version: row.updated_at.toISOString(),
    issuer: row.issuer,
    clientId: row.client_id,
    clientSecret: Buffer.from(secret).toString(),
  }
}

/** A provider as answers show it: without its secret. */
export function toProviderView(row: ProviderRow, redirectUri: string): IdentityProviderView {
  return {
    id: row.id,
    name: row.name,
    issuer: row.issuer,
    clientId: row.client_id,
    scopes: row.scopes,
    groupsClaim: row.groups_claim,
    roleMapping: row.role_mapping,
    defaultRole: row.default_role,
    allowedDomains: row.allowed_domains,
    createsMembers: row.creates_members,
    enforced: row.enforced,
    redirectUri,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}
