import {
  acceptedBaselineView,
  acceptRequest,
  approversQuery,
  approversView,
  closeRequest,
  compareRequest,
  comparisonView,
  emergencyRequest,
  envelopeView,
  findingRequest,
  findingView,
  gateRequest,
  gateSummaryRequest,
  gateSummaryView,
  gateView,
  historyQuery,
  id,
  changeView,
  lifeView,
  mergeRequest,
  name,
  noBody,
  page,
  proposeEnvelopeRequest,
  runView,
  standingQuery,
  standingsView,
  verifyChangeRequest,
} from '@afterai/contract'
import { z } from 'zod'
import { inTenant, inTenantOnce } from '../access/index.ts'
import { unaudited } from '../audit/index.ts'
import type { Database } from '../platform/database.ts'
import type { Http } from '../platform/http-application.ts'
import { acceptBaseline } from './accepted-baselines.ts'
import { readApprovers } from './approvers.ts'
import { closeChange, verifyChange } from './closures.ts'
import { compareConfigurations } from './comparison.ts'
import { noteFinding } from './conditions.ts'
import { declareEmergency } from './emergencies.ts'
import { approveEnvelope, listEnvelopes, proposeEnvelope, revokeEnvelope } from './envelopes.ts'
import { askGate } from './gate.ts'
import { type GateSummaryDependencies, summariseGate } from './gate-summary.ts'
import { readHistory } from './history.ts'
import { readLife } from './life.ts'
import { mergeChange } from './merging.ts'
import { readStandings } from './standing-service.ts'

/** Dependencies of the routes of standings. */
export interface StandingDependencies extends GateSummaryDependencies {
  readonly db: Database
  readonly stepUp: boolean
}

const byId = z.object({ id })
const byName = z.object({ name })

/** Whether what runs may run, what ran before, and the gate before a deployment. */
export function standingRoutes(http: Http, deps: StandingDependencies): void {
  const { db, audit } = deps
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const reading = { permission: 'decision:read', audits: unaudited.workingData } as const

  http.get(
    '/v1/standings',
    { config: reading, schema: { querystring: standingQuery, response: { 200: standingsView } } },
    (request) =>
      read(request, (tx, { principal }) => {
        const { at, ...query } = request.query
        return readStandings(tx, principal.tenantId, { ...query, at: at === undefined ? new Date() : new Date(at) })
      }),
  )
  http.get(
    '/v1/systems/:name/history',
    {
      config: reading,
      schema: { params: byName, querystring: historyQuery, response: { 200: page(runView) } },
    },
    (request) =>
      read(request, (tx, { principal }) =>
        readHistory(tx, principal.tenantId, { ...request.query, system: request.params.name }),
      ),
  )
  http.get(
    '/v1/systems/:name/approvers',
    {
      config: { permission: 'member:read', audits: unaudited.workingData },
      schema: { params: byName, querystring: approversQuery, response: { 200: approversView } },
    },
    (request) =>
      read(request, (tx, { principal }) =>
        readApprovers(tx, principal.tenantId, { system: request.params.name, ...request.query }),
      ),
  )
  http.post(
    '/v1/systems/:name/environments/:environment/baseline',
    {
      config: { permission: 'decision:approve', stepUp: deps.stepUp, audits: ['environment.accept'] },
      schema: {
        params: z.object({ name, environment: name }),
        body: acceptRequest,
        response: { 201: acceptedBaselineView },
      },
    },
    async (request, reply) => {
      const { name: system, environment } = request.params
      const accepted = await write(request, (tx, caller) =>
        acceptBaseline(audit, tx, caller, { system, environment, ...request.body }),
      )
      return reply.code(201).send(accepted)
    },
  )
  http.post(
    '/v1/systems/:name/comparison',
    { config: reading, schema: { params: byName, body: compareRequest, response: { 200: comparisonView } } },
    (request) =>
      read(request, (tx, { principal }) =>
        compareConfigurations(tx, principal.tenantId, { system: request.params.name, ...request.body }),
      ),
  )
  http.post('/v1/gate', { config: reading, schema: { body: gateRequest, response: { 200: gateView } } }, (request) =>
    read(request, (tx, { principal }) => askGate(tx, principal.tenantId, request.body)),
  )
  http.post(
    '/v1/gate/summaries',
    {
      config: { permission: 'decision:read', audits: ['gate.summarise'] },
      schema: { body: gateSummaryRequest, response: { 201: gateSummaryView } },
    },
    async (request, reply) =>
      reply.code(201).send(await write(request, (tx, caller) => summariseGate(deps, tx, caller, request.body))),
  )
}

/** Standard changes, and what becomes of the conditions of records. */
export function envelopeRoutes(http: Http, { db, audit, stepUp }: StandingDependencies): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const shown = { 200: envelopeView }

  http.get(
    '/v1/envelopes',
    {
      config: { permission: 'policy:read', audits: unaudited.workingData },
      schema: { response: { 200: z.object({ items: z.array(envelopeView) }) } },
    },
    (request) => read(request, (tx, { principal }) => listEnvelopes(tx, principal.tenantId)),
  )
  http.post(
    '/v1/envelopes',
    {
      config: { permission: 'decision:write', audits: ['envelope.propose'] },
      schema: { body: proposeEnvelopeRequest, response: { 201: envelopeView } },
    },
    async (request, reply) =>
      reply.code(201).send(await write(request, (tx, caller) => proposeEnvelope(audit, tx, caller, request.body))),
  )
  http.post(
    '/v1/envelopes/:id/approval',
    {
      config: { permission: 'decision:approve', stepUp, audits: ['envelope.approve'] },
      schema: { params: byId, body: noBody, response: shown },
    },
    (request) => write(request, (tx, caller) => approveEnvelope(audit, tx, caller, request.params.id)),
  )
  http.post(
    '/v1/envelopes/:id/revocation',
    {
      config: { permission: 'decision:approve', audits: ['envelope.revoke'] },
      schema: { params: byId, body: noBody, response: shown },
    },
    (request) => write(request, (tx, caller) => revokeEnvelope(audit, tx, caller, request.params.id)),
  )
  http.post(
    '/v1/records/:id/findings',
    {
      config: { permission: 'decision:write', audits: ['condition.find'] },
      schema: { params: byId, body: findingRequest, response: { 201: findingView } },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(
          await write(request, (tx, caller) =>
            noteFinding(audit, tx, caller, { recordId: request.params.id, ...request.body }),
          ),
        ),
  )
}

/** The life of a change, and how it ends. */
export function lifeRoutes(http: Http, { db, audit }: Pick<StandingDependencies, 'db' | 'audit'>): void {
  const read = inTenant(db)
  const write = inTenantOnce(db)
  const shown = { 200: lifeView }

  http.get(
    '/v1/changes/:id/life',
    {
      config: { permission: 'decision:read', audits: unaudited.workingData },
      schema: { params: byId, response: shown },
    },
    (request) => read(request, (tx, { principal }) => readLife(tx, principal.tenantId, request.params.id)),
  )
  http.post(
    '/v1/changes/:id/merge',
    {
      config: { permission: 'change:write', audits: ['change.merge'] },
      schema: { params: byId, body: mergeRequest, response: { 200: changeView } },
    },
    (request) =>
      write(request, (tx, caller) => mergeChange(audit, tx, caller, { id: request.params.id, ...request.body })),
  )
  http.post(
    '/v1/changes/:id/emergency',
    {
      config: { permission: 'change:write', audits: ['change.declare_emergency'] },
      schema: { params: byId, body: emergencyRequest, response: shown },
    },
    (request) =>
      write(request, (tx, caller) =>
        declareEmergency(audit, tx, caller, { changeId: request.params.id, reason: request.body.reason }),
      ),
  )
  http.post(
    '/v1/changes/:id/verification',
    {
      config: { permission: 'change:write', audits: ['change.verify'] },
      schema: { params: byId, body: verifyChangeRequest, response: shown },
    },
    (request) =>
      write(request, (tx, caller) => verifyChange(audit, tx, caller, { changeId: request.params.id, ...request.body })),
  )
  http.post(
    '/v1/changes/:id/closure',
    {
      config: { permission: 'decision:write', audits: ['change.close'] },
      schema: { params: byId, body: closeRequest, response: shown },
    },
    (request) =>
      write(request, (tx, caller) => closeChange(audit, tx, caller, { changeId: request.params.id, ...request.body })),
  )
}
