import { ProblemError, type Session } from '@afterai/contract'
import { type Generated, sql } from 'kysely'
import { holdLock, sqlState, type Transaction, withTenant } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Caller } from '../../access/index.ts'
import { standingOf } from '../federation/break-glass.ts'
import { refuseCode } from '../guessing/throttle.ts'
import { openSession, type Origin, type SessionDependencies } from '../sessions/session-service.ts'
import { formatUserCode, hashUserCode, newDeviceCode, newUserCode } from './device-codes.ts'

declare module '../../platform/database.ts' {
  interface Tables {
    device_code_guess: { tenant_id: string; session_id: string; id: string; failed_at: Generated<Date> }
  }
}

/** Who asks for a session, as the approver sees it. */
export interface DeviceRequest {
  readonly clientLabel: string
  readonly address: string
  readonly requestedAt: string
  readonly expiresAt: string
}

const lifetimeSeconds = 600
const intervalSeconds = 5
const guessesAtMost = 5
const foreignKeyViolation = '23503'

/** Begins a request: a code for the device, and one for the person. @throws ProblemError `too_many_requests` */
export async function requestDevice(
  { db, hashCredential }: SessionDependencies,
  { clientLabel, tenant }: { clientLabel: string; tenant?: string | undefined },
  { address, verificationUri }: { address: string; verificationUri: string },
) {
  const deviceCode = newDeviceCode()
  const userCode = newUserCode()
  const put = sql<{ ok: boolean }>`select put_device_authorization(
    ${hashCredential(deviceCode)}, ${hashUserCode(hashCredential, userCode)}, ${clientLabel}, ${address}, ${tenant ?? null}) as ok`
  if ((await put.execute(db)).rows[0]?.ok !== true)
    throw new ProblemError('too_many_requests', { retryAfterSeconds: 60 })
  return {
    deviceCode,
    userCode: formatUserCode(userCode),
    verificationUri,
    expiresInSeconds: lifetimeSeconds,
    intervalSeconds,
  }
}

/** The open request of a code that the tenant of the transaction may approve, or undefined. */
export async function findDeviceRequest(
  tx: Transaction,
  userHash: Uint8Array | null,
): Promise<DeviceRequest | undefined> {
  const found = sql<{ client_label: string; address: string; created_at: Date; expires_at: Date }>`
    select * from find_device_authorization(${userHash})`
  const [row] = (await found.execute(tx)).rows
  return (
    row && {
      clientLabel: row.client_label,
      address: row.address,
      requestedAt: row.created_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
    }
  )
}

/** Shows who asks. @throws ProblemError `invalid_code`, `too_many_requests` */
export function lookUpDevice(deps: SessionDependencies, caller: Caller, userCode: string): Promise<DeviceRequest> {
  return withCode(deps, { caller, userCode }, async (tx, asked) => {
    const details = { clientLabel: asked.clientLabel, from: asked.address }
    await deps.audit(tx, caller.actor, { action: 'device_authorization.read', details })
    return asked
  })
}

/**
 * Approves or denies, once. What is approved becomes a session of the approver in this tenant, with what they had proved by now
 * and the end of the session that approves, unless that has ended before the device asks.
 * @throws ProblemError `invalid_code`, `too_many_requests`
 */
export function decideDevice(
  deps: SessionDependencies,
  caller: Caller,
  { userCode, verdict }: { userCode: string; verdict: 'approve' | 'deny' },
): Promise<{ verdict: 'approve' | 'deny'; clientLabel: string }> {
  return withCode(deps, { caller, userCode }, async (tx, asked) => {
    const hash = hashUserCode(deps.hashCredential, userCode)
    const decided = sql<{ ok: boolean }>`select decide_device_authorization(
      ${hash}, ${verdict === 'approve'}, ${caller.principal.credentialId}::uuid) as ok`
    if ((await decided.execute(tx)).rows[0]?.ok !== true) throw new ProblemError('invalid_code')
    const details = { clientLabel: asked.clientLabel, from: asked.address }
    await deps.audit(tx, caller.actor, { action: `device_authorization.${verdict}`, details })
    return { verdict, clientLabel: asked.clientLabel }
  })
}

/** Runs `work` on the request of a code. A wrong code is counted and kept as an event, and a person has few of them. */
async function withCode<T>(
  deps: SessionDependencies,
  { caller, userCode }: { caller: Caller; userCode: string },
  work: (tx: Transaction, asked: DeviceRequest) => Promise<T>,
): Promise<T> {
  const { tenantId, accountId, credentialId } = caller.principal
  const outcome = await withTenant(deps.db, tenantId, async (tx) => {
    // Tries of one person take turns, so that many at once are counted too.
    await holdLock(tx, `afterai device code ${accountId}`)
    if ((await recentGuesses(tx, caller)) >= guessesAtMost) return 'too_many'
    const asked = await findDeviceRequest(tx, hashUserCode(deps.hashCredential, userCode))
    if (asked !== undefined) return { done: await work(tx, asked) }
    await tx
      .insertInto('device_code_guess')
      .values({ tenant_id: tenantId, session_id: credentialId, id: newId() })
      .execute()
    await deps.audit(tx, caller.actor, { action: 'device_authorization.guess', outcome: 'failed' })
    return 'wrong'
  })
  if (outcome === 'too_many') throw new ProblemError('too_many_requests', { retryAfterSeconds: lifetimeSeconds })
  if (outcome === 'wrong') throw new ProblemError('invalid_code')
  return outcome.done
}

async function recentGuesses(tx: Transaction, { principal }: Caller): Promise<number> {
  const { count } = await tx
    .selectFrom('device_code_guess as guess')
    .innerJoin('session', 'session.id', 'guess.session_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('guess.tenant_id', '=', principal.tenantId)
    .where('session.account_id', '=', principal.accountId)
    .where('guess.failed_at', '>', new Date(Date.now() - lifetimeSeconds * 1000))
    .executeTakeFirstOrThrow()
  return count
}

/**
 * Answers a device that asks whether it was approved: its session, once.
 * @throws ProblemError `authorization_pending`, `slow_down`, `access_denied`, `expired_token`: the names of RFC 8628 §3.5;
 *   `single_sign_on_required`, `tenant_suspended`, `too_many_attempts`
 */
export async function pollDevice(deps: SessionDependencies, deviceCode: string, origin: Origin): Promise<Session> {
  const hash = deps.hashCredential(deviceCode)
  const asked = sql<{ state: string; interval_s: number; tenant_id: string | null }>`
    select * from poll_device_authorization(${hash})`
  const [row] = (await asked.execute(deps.db)).rows
  switch (row?.state) {
    case 'pending':
      throw new ProblemError('authorization_pending', { retryAfterSeconds: row.interval_s })
    case 'slow_down':
      throw new ProblemError('slow_down', { retryAfterSeconds: row.interval_s })
    case 'denied':
      throw new ProblemError('access_denied')
    case 'approved':
      return openDeviceSession(deps, { hash, tenantId: row.tenant_id ?? '' }, origin)
    case 'expired':
      throw new ProblemError('expired_token')
    default:
      return refuseCode(deps, 'device_code', origin)
  }
}

async function openDeviceSession(
  deps: SessionDependencies,
  { hash, tenantId }: { hash: Uint8Array; tenantId: string },
  origin: Origin,
): Promise<Session> {
  try {
    return await withTenant(deps.db, tenantId, async (tx) => {
      const take = sql<{ slug: string; session_id: string }>`select * from take_device_authorization(${hash})`
      const [taken] = (await take.execute(tx)).rows
      if (taken === undefined) throw new ProblemError('expired_token')
      const approver = await openApprover(tx, { tenantId, sessionId: taken.session_id })
      if ((await standingOf(tx, tenantId, approver.account_id)).disabled) throw new ProblemError('access_denied')
      return openSession(deps, tx, {
        actor: { tenantId, actorId: approver.account_id, credential: 'device', ...origin },
        tenantSlug: taken.slug,
        methods: [...new Set([...approver.amr, 'device'])],
        providerId: approver.provider_id,
        authenticatedAt: approver.authenticated_at,
        expiresAt: approver.expires_at,
      })
    })
  } catch (error) {
    // Whoever approved is no member any more, or their provider is gone.
    if (sqlState(error) === foreignKeyViolation) throw new ProblemError('access_denied', {}, { cause: error })
    throw error
  }
}

// Locked, so that ending it and opening the device's session take turns.
async function openApprover(tx: Transaction, { tenantId, sessionId }: { tenantId: string; sessionId: string }) {
  const session = await tx
    .selectFrom('session')
    .select(['account_id', 'provider_id', 'authenticated_at', 'amr', 'expires_at'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', sessionId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date())
    .forShare()
    .executeTakeFirst()
  if (session === undefined) throw new ProblemError('access_denied')
  return session
}
