import { hash } from 'node:crypto'
import { ProblemError } from '@afterai/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from '../access/index.ts'
import type { RouteAudits } from '../audit/index.ts'
import type { Http } from '../platform/http-application.ts'
import { answerTo } from '../platform/problem-response.ts'
import type { CaptureDoors } from './capture-doors.ts'
import { OversizedBody } from './gate/body-size.ts'
import { admitRequest, bytesOf, giveBack } from './intake/request-bytes.ts'
import { unpack } from './intake/unpack.ts'
import type { Rejections } from './readings.ts'
import { exportResponse, statusResponse } from './otlp/answers.ts'
import { MalformedBody } from './otlp/malformed.ts'
import type { Encoding } from './otlp/body-form.ts'
import { type ReadBody, readOtlp, type Signal } from './otlp/read-otlp.ts'

const mediaTypes = { protobuf: 'application/x-protobuf', json: 'application/json' } as const
const signals: readonly Signal[] = ['traces', 'metrics', 'logs']
/** Whatever a door is for, what it reads of a body may be spans: these tell which model answered, and with which settings. */
const audits: RouteAudits = [
  'system.create',
  'served_model.watch',
  'served_model.baseline',
  'served_model.refine',
  'route_profile.learn',
  'change.open',
  'change.end',
]

/** The doors of OpenTelemetry: OTLP over HTTP, as its specification says (opentelemetry.io/docs/specs/otlp). */
export async function otlpRoutes(http: Http, doors: CaptureDoors): Promise<void> {
  const { limits } = doors
  // In a scope of its own, since here bodies stay bytes and refusals have a form of their own.
  await http.register(async (scope: Http) => {
    admitRequest(scope, doors)
    scope.setErrorHandler(answerStatus)
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      Object.values(mediaTypes),
      { parseAs: 'buffer', bodyLimit: limits.packedBytes },
      (_request, body, done) => done(null, body),
    )
    for (const signal of signals) {
      scope.post(
        `/v1/${signal}`,
        {
          bodyLimit: limits.packedBytes,
          config: { permission: 'telemetry:write', rateClass: 'telemetry', audits },
        },
        async (request, reply) => {
          const encoding = encodingOf(request)
          const rejections = await take(doors, request, { signal, encoding })
          return reply.type(mediaTypes[encoding]).send(exportResponse(rejections, signal, encoding))
        },
      )
    }
  })
}

async function take(
  doors: CaptureDoors,
  request: FastifyRequest,
  kind: { readonly signal: Signal; readonly encoding: Encoding },
): Promise<Rejections> {
  const caller = callerOf(request)
  const digestKey = await doors.digestKeyOf(caller.principal.tenantId)
  const { read, digest } = await doors.reading(async () => {
    const packed = bytesOf(request.body)
    const body = await unpack(packed, request.headers['content-encoding'], doors.limits.unpackedBytes)
    const digest = hash('sha256', body, 'buffer')
    const read = readAny(body, kind, { digestKey, nowMs: Date.now() })
    giveBack(packed)
    giveBack(body)
    return { read, digest }
  })
  const { readings, gate } = read
  const key = receiptKey(request, kind.signal, digest)
  const { rejections } = await doors.committer.take({
    caller,
    door: kind.signal,
    receipt: { key, digest },
    readings: readings.list,
    spans: readings.spans,
    refused: { rejections: readings.rejections, rejected: [] },
    loneSteps: readings.loneSteps,
    drops: gate.drops.counts,
    client: undefined,
    events: [],
  })
  return rejections
}

function readAny(...[body, kind, context]: Parameters<typeof readOtlp>): ReadBody {
  try {
    return readOtlp(body, kind, context)
  } catch (error) {
    if (error instanceof MalformedBody) throw new ProblemError('malformed_body', { detail: error.message })
    if (error instanceof OversizedBody) throw new ProblemError('payload_too_large', { detail: error.message })
    throw error
  }
}

// OpenTelemetry's exporters send no key of their own; their retries are the same bytes.
function receiptKey(request: FastifyRequest, signal: Signal, digest: Buffer): Buffer {
  const key = request.headers['idempotency-key']
  if (key === undefined) return hash('sha256', Buffer.concat([Buffer.from(`${signal} body `), digest]), 'buffer')
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ProblemError('invalid_request', { detail: 'Idempotency-Key needs 1 to 255 visible ASCII characters' })
  }
  return hash('sha256', `${signal} key ${key}`, 'buffer')
}

function encodingOf(request: FastifyRequest): Encoding {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === mediaTypes.protobuf
    ? 'protobuf'
    : 'json'
}

function answerStatus(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, retryAfterSeconds, body } = answerTo(error, request)
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  const encoding = encodingOf(request)
  const message = typeof body['detail'] === 'string' ? body['detail'] : String(body['title'])
  return reply
    .code(status)
    .type(mediaTypes[encoding])
    .serializer(same)
    .send(statusResponse(status, message, encoding))
}

function same(payload: unknown): string {
  return payload as string
}
