import {
  approveRequest,
  decisionQuery,
  decisionView,
  id,
  page,
  pageQuery,
  ProblemError,
  proposeDecisionRequest,
  recordDocument,
  recordQuery,
  recordView,
} from '@afterai/contract'
import { type KeyHints, sectionNames } from '@afterai/record'
import { z } from 'zod'
import { type Audit, unaudited } from '../audit/index.ts'
import { callerOf, inTenant, inTenantOnce } from '../access/index.ts'
import type { TenantKeys } from '../keys/index.ts'
import type { LedgerWaiting } from '../ledger/index.ts'
import type { Database, Transaction } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { approveDecision, proposeDecision, type SealRecord } from './decision-service.ts'
import { listDecisions } from './decision-list.ts'
import { readDossier, viewDecision } from './dossier.ts'
import { exportBundle, listRecords, readRecord, readRecordDocument } from './record-service.ts'

const integrationDeadlineMs = 10_000
const byId = z.object({ id })

const section = `(?:${sectionNames.join('|')})`
const bundleQuery = z.strictObject({
  withhold: z
    .string()
    .max(100)
    .regex(new RegExp(`^${section}(?:,${section})*$`), `sections, divided by commas: ${sectionNames.join(', ')}`)
    .optional()
    .meta({ description: 'Sections that the bundle is not to disclose, divided by commas. It verifies without them.' }),
})

/** Dependencies of the routes of decisions and records. */
export interface PacrDependencies {
  readonly db: Database
  readonly audit: Audit
  readonly keys: TenantKeys
  readonly sealRecord: SealRecord
  readonly waiting: LedgerWaiting
  /** The keys that a tenant's bundles name. */
  readonly keyHints: (tx: Transaction, tenantId: string) => Promise<KeyHints>
}

/** Decisions, and the approvals that seal them. */
export function decisionRoutes(http: Http, deps: PacrDependencies & { readonly stepUpForApproval: boolean }): void {
  const { db, audit, waiting } = deps
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const reading = { permission: 'decision:read' } as const

  http.post(
    '/v1/changes/:id/decisions',
    {
      config: { permission: 'decision:write', audits: ['decision.propose'] },
      schema: { params: byId, body: proposeDecisionRequest, response: { 201: decisionView } },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(
          await write(request, async (tx, caller) =>
            viewDecision(
              caller.principal,
              await proposeDecision(audit, tx, caller, { changeId: request.params.id, proposal: request.body }),
            ),
          ),
        ),
  )
  http.get(
    '/v1/changes/:id/decisions',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { params: byId, querystring: pageQuery, response: { 200: page(decisionView) } },
    },
    (request) =>
      read(request, (tx, { principal }) =>
        listDecisions(tx, principal, { ...request.query, changeId: request.params.id }),
      ),
  )
  http.get(
    '/v1/decisions',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { querystring: decisionQuery, response: { 200: page(decisionView) } },
    },
    (request) => read(request, (tx, { principal }) => listDecisions(tx, principal, request.query)),
  )
  http.get(
    '/v1/decisions/:id',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { params: byId, response: { 200: decisionView } },
    },
    (request) =>
      read(request, async (tx, { principal }) =>
        viewDecision(principal, (await readDossier(tx, principal.tenantId, request.params.id)).decision),
      ),
  )
  http.post(
    '/v1/decisions/:id/approvals',
    {
      config: {
        permission: 'decision:approve',
        stepUp: deps.stepUpForApproval,
        audits: ['decision.approve', 'decision.reject', 'record.seal'],
      },
      schema: { params: byId, body: approveRequest, response: { 200: decisionView } },
    },
    async (request) => {
      const decision = await write(request, async (tx, caller) =>
        viewDecision(
          caller.principal,
          await approveDecision(deps, tx, caller, { id: request.params.id, ...request.body }),
        ),
      )
      if (decision.recordId === null) return decision
      // Acknowledged only when it is in the log: otherwise the caller asks again with the same key.
      const { tenantId } = callerOf(request).principal
      const index = await waiting.untilIntegrated(tenantId, decision.recordId, integrationDeadlineMs)
      if (index === undefined) throw new ProblemError('ledger_unavailable')
      return decision
    },
  )
}

/** Records: lists, content, and the bundle for outsiders. */
export function recordRoutes(http: Http, deps: PacrDependencies): void {
  const read = inTenant(deps.db)
  const reading = { permission: 'record:read' } as const

  http.get(
    '/v1/records',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { querystring: recordQuery, response: { 200: page(recordView) } },
    },
    (request) => read(request, (tx, { principal }) => listRecords(tx, principal.tenantId, request.query)),
  )
  http.get(
    '/v1/records/:id',
    {
      config: { ...reading, audits: ['record.read'] },
      schema: { params: byId, response: { 200: recordView.extend({ content: z.record(z.string(), z.unknown()) }) } },
    },
    (request) => read(request, (tx, caller) => readRecord(deps, tx, caller, request.params.id)),
  )
  http.get(
    '/v1/records/:id/document',
    {
      config: { ...reading, audits: ['record.read'] },
      schema: { params: byId, response: { 200: recordDocument } },
    },
    (request) => read(request, (tx, caller) => readRecordDocument(deps, tx, caller, request.params.id)),
  )
  http.get(
    '/v1/records/:id/bundle',
    {
      config: { ...reading, rateClass: 'heavy', audits: ['record.export'] },
      schema: { params: byId, querystring: bundleQuery },
    },
    async (request, reply) => {
      const bundle = await read(request, async (tx, caller) => {
        const keyHints = await deps.keyHints(tx, caller.principal.tenantId)
        return exportBundle(deps, tx, caller, {
          id: request.params.id,
          keyHints,
          withhold: request.query.withhold?.split(',') ?? [],
        })
      })
      // The exact bytes: a serialiser that wrote them again could change what was signed for.
      return reply.type('application/json').send(Buffer.from(bundle))
    },
  )
}
