import {
  droppedView,
  page,
  pageQuery,
  servedModelQuery,
  servedModelView,
  telemetryAnswer,
  telemetryBatch,
  telemetryClientView,
  telemetrySeriesQuery,
  telemetrySeriesView,
  telemetryWindowQuery,
  telemetryWindowView,
} from '@afterai/contract'
import { observationAudits } from '../ace/index.ts'
import { unaudited } from '../audit/index.ts'
import { callerOf, inTenant } from '../access/index.ts'
import type { Database } from '../platform/database.ts'
import { parseBoundedJson } from '../platform/hardening/index.ts'
import type { Http } from '../platform/http-application.ts'
import type { CaptureDoors } from './capture-doors.ts'
import { admitRequest, bytesOf } from './intake/request-bytes.ts'
import { answerOf, readTelemetryBatch } from './intake/telemetry-batch.ts'
import { unpack } from './intake/unpack.ts'
import { listClients, listDropped } from './reads/clients.ts'
import { listServedModels } from './reads/list-served-models.ts'
import { listWindows } from './reads/list-windows.ts'
import { readSeries } from './reads/series.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of a telemetry body, unpacked: what a retry is known by. */
    telemetryBytes: Buffer | null
  }
}

/** A batch has a thousand events of some twenty members. */
const parts = { members: 100_000, values: 200_000 }

/** The SDK's door: `POST /v1/telemetry`. */
export async function telemetryRoutes(http: Http, doors: CaptureDoors): Promise<void> {
  const { limits } = doors
  // In a scope of its own, since here bodies may be packed.
  await http.register(async (scope: Http) => {
    scope.decorateRequest('telemetryBytes', null)
    admitRequest(scope, doors)
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit: limits.packedBytes },
      async (
        request: { headers: { 'content-encoding'?: string | undefined }; telemetryBytes: Buffer | null },
        body: Buffer,
      ) =>
        doors.reading(async () => {
          const bytes = await unpack(body, request.headers['content-encoding'], limits.unpackedBytes)
          request.telemetryBytes = bytes
          return parseBoundedJson(bytes, parts)
        }),
    )
    scope.post(
      '/v1/telemetry',
      {
        bodyLimit: limits.packedBytes,
        config: {
          permission: 'telemetry:write',
          rateClass: 'telemetry',
          audits: ['system.create', 'change.repeat', 'change.end', ...observationAudits],
        },
        schema: { body: telemetryBatch, response: { 200: telemetryAnswer } },
      },
      async (request) => {
        const now = new Date()
        const bytes = bytesOf(request.telemetryBytes)
        const batch = readTelemetryBatch(request.body, bytes, callerOf(request), now.getTime())
        const outcome = await doors.committer.take(batch)
        return answerOf(outcome, request.body.events.length, now)
      },
    )
  })
}

const reading = { permission: 'telemetry:read' } as const

/** Registers the routes that read telemetry: processes, hours, dropped content, and what was served. */
export function telemetryReadRoutes(http: Http, { db }: { readonly db: Database }): void {
  const read = inTenant(db)
  http.get(
    '/v1/telemetry/clients',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { querystring: pageQuery, response: { 200: page(telemetryClientView) } },
    },
    (request) => read(request, (tx, { principal }) => listClients(tx, principal.tenantId, request.query)),
  )
  http.get(
    '/v1/telemetry/windows',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { querystring: telemetryWindowQuery, response: { 200: page(telemetryWindowView) } },
    },
    (request) => read(request, (tx, { principal }) => listWindows(tx, principal.tenantId, request.query)),
  )
  http.get(
    '/v1/telemetry/series',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { querystring: telemetrySeriesQuery, response: { 200: telemetrySeriesView } },
    },
    (request) => read(request, (tx, { principal }) => readSeries(tx, principal, request.query)),
  )
  http.get(
    '/v1/telemetry/served-models',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { querystring: servedModelQuery, response: { 200: page(servedModelView) } },
    },
    (request) => read(request, (tx, { principal }) => listServedModels(tx, principal.tenantId, request.query)),
  )
  http.get(
    '/v1/telemetry/dropped',
    {
      config: { ...reading, audits: unaudited.workingData },
      schema: { querystring: pageQuery, response: { 200: page(droppedView) } },
    },
    (request) => read(request, (tx, { principal }) => listDropped(tx, principal.tenantId)),
  )
}
