import type { TelemetryWindow } from '@afterai/contract'
import type { Encoding } from '../../src/capture/otlp/body-form.ts'
import type { Signal } from '../../src/capture/otlp/read-otlp.ts'
import { type Answer, startTestServer, type TestServer } from '../test-server.ts'
import { decodeAnswer, encodeOtlp } from './otlp-bodies.ts'

/** Sends bodies of OTLP to a server of its own, and reads what became of them. */
export interface OtlpClient {
  readonly server: TestServer
  readonly key: string
  send(signal: Signal, as: Encoding, body: object | Buffer, headers?: Readonly<Record<string, string>>): Promise<Answer>
  windowsOf(system: string): Promise<TelemetryWindow[]>
}

/** The content type of each encoding. */
export const otlpTypes = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

type Limits = NonNullable<NonNullable<Parameters<typeof startTestServer>[0]>['captureLimits']>

/** Starts a server and a client of it. */
export async function startOtlpClient(captureLimits: Limits = {}): Promise<OtlpClient> {
  const server = await startTestServer({ captureLimits })
  const { key } = await server.addKey(server.admin, ['telemetry:write', 'telemetry:read'])
  return {
    server,
    key,
    send: (signal, as, body, headers = {}) =>
      server.send({
        method: 'POST',
        path: `/v1/${signal}`,
        token: key,
        body: Buffer.isBuffer(body) ? body : bytesOf(signal, as, body),
        headers: { 'content-type': otlpTypes[as], ...headers },
      }),
    async windowsOf(system) {
      const path = `/v1/telemetry/windows?system=${system}`
      return (await server.expectOk<{ items: TelemetryWindow[] }>({ path, token: key })).items
    },
  }
}

/** A body in an encoding. */
export function bytesOf(signal: Signal, as: Encoding, body: object): Buffer {
  return as === 'protobuf' ? encodeOtlp(signal, body) : Buffer.from(JSON.stringify(body))
}

/** Reads the body of an answer, whatever its encoding. */
export function toldIn(answer: Answer, signal: Signal, as: Encoding): unknown {
  return as === 'protobuf' ? decodeAnswer(signal, answer.bytes) : answer.body
}
