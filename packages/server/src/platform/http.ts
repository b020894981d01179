import { fastifyCookie } from '@fastify/cookie'
import { fastifySwagger } from '@fastify/swagger'
import { type Permission, ProblemError } from '@afterai/contract'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyContextConfig,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { randomUUID } from 'node:crypto'
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  answerLateBody,
  boundReading,
  limitConnections,
  parseBoundedJson,
  refusePlainHttp,
  refuseRepeatedHeaders,
  shedLoad,
  hearOut,
  waitForBodies,
  waitForWork,
} from './hardening/index.ts'
import type { Configuration } from './configuration.ts'
import type { Http } from './http-application.ts'
import { answerTo } from './problem-response.ts'
import { isHttps } from './public-origin.ts'
import { routeClass } from './rate-limits/index.ts'

const mebibyte = 1024 * 1024
const answerTimeoutMs = 60_000
/** So long a connection may be silent while its client is waited for. */
const idleTimeoutMs = 15_000
const bodyTimeoutMs = 15_000
/** The longest time for a request, which no route's own time for bodies may exceed. */
const longestRequestMs = 330_000

/** How the application meets the world. */
export interface HttpOptions {
  readonly logger: FastifyBaseLogger
  /** Whether people reach it by https alone. */
  readonly https?: boolean
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed; without any, nobody's is. */
  readonly trustedProxies?: readonly string[]
  readonly maxConnections?: number
  /** Whether what may have crossed a network unencrypted is refused. */
  readonly onlyOverTls?: boolean
  /** The name of what runs here, on every answer: by it a page tells that another release answers than the one that it came with. */
  readonly releaseId?: string
}

/** How it meets the world by its configuration. */
export function httpOptionsOf({
  mode,
  publicUrl,
  trustedProxies = [],
  maxConnections,
}: Pick<Configuration, 'mode' | 'publicUrl' | 'trustedProxies' | 'maxConnections'>): Omit<HttpOptions, 'logger'> {
  return {
    https: isHttps(publicUrl),
    trustedProxies: trustedProxies.map(({ address, prefix }) => `${address}/${prefix}`),
    maxConnections,
    onlyOverTls: mode === 'production',
  }
}

/**
 * Creates the application with its limits, its one error boundary, and the rule that every route names its permission.
 * The limits are stated here: Fastify's own leave slow connections open for good.
 */
export async function createHttp(options: HttpOptions): Promise<Http> {
  const { https = false, trustedProxies = [], maxConnections = 2000, onlyOverTls = false } = options
  const isProxy = trusts(trustedProxies)
  const commonHeaders = {
    ...securityHeaders,
    ...(https ? overHttps : {}),
    ...(options.releaseId === undefined ? {} : { 'afterai-release': options.releaseId }),
  }
  const http: Http = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Nothing is sorted by it, and it costs less than one that sorts by time.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: mebibyte,
    connectionTimeout: idleTimeoutMs,
    requestTimeout: longestRequestMs,
    keepAliveTimeout: 10_000,
    maxRequestsPerSocket: 1000,
    forceCloseConnections: 'idle',
    // What arrives while the server stops is answered still; its connection ends then.
    return503OnClosing: false,
    // Its own compilers of schemas are large, and ours stand below.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    routerOptions: { maxParamLength: 256 },
    http: { headersTimeout: 8_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16 * 1024 },
    clientErrorHandler: answerBrokenRequest,
    // An address that can't be decoded has no route, hence none of the hooks below.
    frameworkErrors: (error, request, reply) =>
      void answerProblem(error, request, reply.headers({ ...commonHeaders, 'cache-control': 'no-store' })),
  }).withTypeProvider<ZodTypeProvider>()
  http.setValidatorCompiler(validatorCompiler)
  http.setSerializerCompiler(serializerCompiler)
  // Every body is JSON, but for the doors that say otherwise.
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    parseBoundedJson(body),
  )
  http.setErrorHandler(answerProblem)
  http.setNotFoundHandler(() => {
    throw new ProblemError('not_found', { detail: 'no route answers this method and address; see /openapi.json' })
  })
  const routePermissions = new Map<string, Permission | 'public'>()
  http.decorate('routePermissions', routePermissions)
  const longAnswers = new Set<string>()
  http.decorate('longAnswers', longAnswers)
  http.addHook('onRoute', ({ method, url, config }) => {
    // HEAD routes are made by Fastify from GET routes, and share their configuration.
    if (config?.permission === undefined) throw new Error(`${String(method)} ${url} names no permission`)
    for (const it of [method].flat()) {
      routePermissions.set(`${it} ${url}`, config.permission)
      if (config.longAnswer === true) longAnswers.add(`${it} ${url}`)
    }
  })
  http.addHook('onRequest', async ({ raw: { httpVersionMajor } }, reply) => {
    if (httpVersionMajor === 1) return
    // Node takes a request line without a version for HTTP/0.9, which knows neither headers nor hosts.
    reply.header('connection', 'close')
    throw new ProblemError('invalid_request', { detail: 'speak HTTP/1.1' })
  })
  http.addHook('onSend', async (request, reply) => {
    if (request.routeOptions.config.longAnswer !== true) boundReading(reply.raw, answerTimeoutMs)
    // A page brings a policy of its own, for the one style that it has.
    const policy = reply.getHeader('content-security-policy')
    reply.headers({ ...commonHeaders, ...(policy === undefined ? {} : { 'content-security-policy': policy }) })
    reply.header('x-request-id', request.id)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  if (onlyOverTls) refusePlainHttp(http, isProxy)
  refuseRepeatedHeaders(http)
  http.addHook('onRequest', async ({ raw: { headers } }) => {
    // Fastify would take the host from it too; many proxies pass it on as their client wrote it.
    delete headers['x-forwarded-host']
  })
  limitConnections(http.server, {
    most: maxConnections,
    mostOfOne: Math.max(8, Math.floor(maxConnections / 10)),
    isProxy,
  })
  waitForBodies(http, bodyTimeoutMs)
  hearOut(http)
  waitForWork(http, idleTimeoutMs)
  await shedLoad(http, { concurrentRequests: Math.max(8, Math.floor(maxConnections / 4)) })
  await http.register(fastifyCookie)
  await http.register(fastifySwagger, {
    openapi: { openapi: '3.1.0' },
    transformObject: jsonSchemaTransformObject,
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route)
      return { schema: { ...schema, ...accessOf(route.route.method, route.route.config) }, url }
    },
  })
  return http
}

function noCompiler(): never {
  throw new Error('a route has no compiler for its schema')
}

/** Describes a route's configuration for the OpenAPI document; the description is made of it (instance/description). */
function accessOf(method: string | string[], config: FastifyContextConfig = {}) {
  const { permission, stepUp, acrossTenants } = config
  return {
    'x-permission': permission,
    'x-rate-class': routeClass(String(method), config),
    ...(stepUp === true ? { 'x-step-up': true } : {}),
    ...(acrossTenants === true ? { 'x-across-tenants': true } : {}),
  }
}

/** Whether an address is one of the proxies. */
function trusts(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => {
    const bare = address.replace(/^::ffff:(?=\d+\.)/i, '')
    return isIP(bare) !== 0 && list.check(bare, isIPv6(bare) ? 'ipv6' : 'ipv4')
  }
}

const overHttps = { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}

function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = answerTo(error, request)
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds)
  return reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(problem.body)
}

/** Answers a client whose bytes aren't HTTP: there is no request yet, so the answer is written by hand. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return answerLateBody(socket)
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
