import {
  changePasswordRequest,
  confirmTotpRequest,
  factorsView,
  id,
  nothingMore,
  passkeyOptions,
  passkeyView,
  ProblemError,
  recoveryCodesView,
  registeredPasskeyView,
  registerPasskeyRequest,
  renamePasskeyRequest,
  totpEnrolmentView,
} from '@afterai/contract'
import { z } from 'zod'
import { unaudited } from '../../audit/index.ts'
import type { Http } from '../../platform/http-application.ts'
import { callerOf, inTenant } from '../../access/index.ts'
import { accountFactors, actFor, hasSecondFactor, ownAccount } from '../account-credentials.ts'
import { changePassword } from '../passwords/change-password.ts'
import { checkAttestation, registrationOptions } from '../passkeys/passkey-ceremony.ts'
import { addPasskey, knownPasskeys, renamePasskey } from '../passkeys/passkey-service.ts'
import type { FactorDependencies } from './complete-sign-in.ts'
import {
  beginTotp,
  confirmTotp,
  listFactors,
  removeOwnPasskey,
  removeTotp,
  renewRecoveryCodes,
} from './factor-service.ts'
import { replaceRecoveryCodes } from './recovery-codes.ts'

const own = { permission: 'credential:own', acrossTenants: true } as const
const ownFresh = { ...own, stepUp: true } as const
const nothing = { 204: z.null() }
const byId = z.object({ id })

/** A person's own credentials: password, authenticator app, recovery codes, passkeys. Answers that hold a secret are never kept for a retry. */
export function factorRoutes(http: Http, deps: FactorDependencies): void {
  passwordRoutes(http, deps)
  totpRoutes(http, deps)
  passkeyRoutes(http, deps)
}

function passwordRoutes(http: Http, deps: FactorDependencies): void {
  const run = inTenant(deps.db)
  http.get(
    '/v1/factors',
    { config: { ...own, audits: unaudited.ownIdentity }, schema: { response: { 200: factorsView } } },
    (request) => run(request, listFactors),
  )
  http.put(
    '/v1/password',
    {
      config: { ...own, rateClass: 'credential', audits: ['password.change'] },
      schema: { body: changePasswordRequest, response: nothing },
    },
    async (request, reply) => {
      await changePassword(deps, callerOf(request), request.body)
      return reply.code(204).send(null)
    },
  )
}

function totpRoutes(http: Http, deps: FactorDependencies): void {
  const run = inTenant(deps.db)
  http.post(
    '/v1/factors/totp',
    {
      config: { ...ownFresh, audits: ['totp.enrol'] },
      schema: { body: nothingMore, response: { 201: totpEnrolmentView } },
    },
    async (request, reply) => reply.code(201).send(await run(request, (tx, caller) => beginTotp(deps, tx, caller))),
  )
  http.post(
    '/v1/factors/totp/confirm',
    {
      config: { ...ownFresh, audits: ['totp.confirm'] },
      schema: { body: confirmTotpRequest, response: { 200: recoveryCodesView } },
    },
    async (request) => {
      const outcome = await run(request, (tx, caller) => confirmTotp(deps, tx, { caller, ...request.body }))
      if (!outcome.right) throw outcome.problem
      return { recoveryCodes: outcome.recoveryCodes }
    },
  )
  http.delete(
    '/v1/factors/totp',
    { config: { ...ownFresh, audits: ['totp.remove'] }, schema: { response: nothing } },
    async (request, reply) => {
      await run(request, (tx, caller) => removeTotp(deps, tx, caller))
      return reply.code(204).send(null)
    },
  )
  http.post(
    '/v1/factors/recovery-codes',
    {
      config: { ...ownFresh, audits: ['recovery_codes.renew'] },
      schema: { body: nothingMore, response: { 201: recoveryCodesView } },
    },
    async (request, reply) =>
      reply.code(201).send({ recoveryCodes: await run(request, (tx, caller) => renewRecoveryCodes(deps, tx, caller)) }),
  )
}

function passkeyRoutes(http: Http, deps: FactorDependencies): void {
  const run = inTenant(deps.db)
  http.post(
    '/v1/passkeys/options',
    {
      config: { ...ownFresh, audits: unaudited.beginsCeremony },
      schema: { body: nothingMore, response: { 200: passkeyOptions } },
    },
    async (request) => {
      const { account, known } = await run(request, async (tx, { principal }) => {
        await actFor(tx, principal.accountId)
        const { email, name } = await ownAccount(tx)
        const account = { id: principal.accountId, email: email ?? name, name }
        return { account, known: await knownPasskeys(tx, principal.accountId) }
      })
      return registrationOptions(deps, account, known)
    },
  )
  http.post(
    '/v1/passkeys',
    {
      config: { ...ownFresh, audits: ['passkey.add'] },
      schema: { body: registerPasskeyRequest, response: { 201: registeredPasskeyView } },
    },
    async (request, reply) => {
      const { name, attestation } = request.body
      const { accountId } = callerOf(request).principal
      const checked = await checkAttestation(deps, attestation, accountId)
      if (checked === undefined) throw new ProblemError('invalid_second_factor')
      const added = await run(request, async (tx, caller) => {
        const isFirst = !hasSecondFactor(await accountFactors(tx, accountId))
        const { transports } = attestation.response
        const passkey = await addPasskey(deps.audit, tx, { caller, name, checked, transports })
        const recoveryCodes = isFirst ? await replaceRecoveryCodes(deps.hashCredential, tx, accountId) : null
        return { ...passkey, recoveryCodes }
      })
      return reply.code(201).send(added)
    },
  )
  http.put(
    '/v1/passkeys/:id',
    {
      config: { ...own, audits: ['passkey.rename'] },
      schema: { params: byId, body: renamePasskeyRequest, response: { 200: passkeyView } },
    },
    (request) =>
      run(request, (tx, caller) => renamePasskey(deps.audit, tx, { caller, ...request.params, ...request.body })),
  )
  http.delete(
    '/v1/passkeys/:id',
    { config: { ...ownFresh, audits: ['passkey.remove'] }, schema: { params: byId, response: nothing } },
    async (request, reply) => {
      await run(request, (tx, caller) => removeOwnPasskey(deps, tx, { caller, ...request.params }))
      return reply.code(204).send(null)
    },
  )
}
