import { fastifyCookie } from '@fastify/cookie'
import { fastifySwagger } from '@fastify/swagger'
import { type Permission, ProblemError } from '@afterai/contract'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RawServerDefault,
} from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { newId } from './ids.ts'
import { toProblem } from './problem-response.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller must hold; `public` for routes that anybody may call. A route without it stops the start. */
    permission?: Permission | 'public'
  }
  interface FastifyInstance {
    /** What each route asks for: `GET /v1/systems/:name` -> permission. */
    routePermissions: Map<string, Permission | 'public'>
  }
}

/** The HTTP application: routes are typed by their zod schemas. */
export type Http = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

const mebibyte = 1024 * 1024

/**
 * Creates the application with its limits, its one error boundary, and the rule that every route names its permission.
 * Limits: identity.md; Fastify's own leave slow connections open for good.
 */
export async function createHttp(options: { logger: FastifyBaseLogger }): Promise<Http> {
  const http: Http = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newId,
    requestIdHeader: false,
    trustProxy: false,
    bodyLimit: mebibyte,
    connectionTimeout: 15_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 10_000,
    maxRequestsPerSocket: 1000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 256 },
    http: { headersTimeout: 8_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16 * 1024 },
    clientErrorHandler: answerBrokenRequest,
    // An address that can't be decoded has no route, hence none of the hooks below.
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply.headers(commonHeaders)),
  }).withTypeProvider<ZodTypeProvider>()
  http.setValidatorCompiler(validatorCompiler)
  http.setSerializerCompiler(serializerCompiler)
  // Every body is JSON, but for the doors that say otherwise.
  http.removeContentTypeParser('text/plain')
  http.setErrorHandler(answerProblem)
  http.setNotFoundHandler(() => {
    throw new ProblemError('not_found', { detail: 'no route answers this method and address; see /openapi.json' })
  })
  const routePermissions = new Map<string, Permission | 'public'>()
  http.decorate('routePermissions', routePermissions)
  http.addHook('onRoute', ({ method, url, config }) => {
    // HEAD routes are made by Fastify from GET routes, and share their configuration.
    if (config?.permission === undefined) throw new Error(`${String(method)} ${url} names no permission`)
    for (const it of [method].flat()) routePermissions.set(`${it} ${url}`, config.permission)
  })
  http.addHook('onSend', async (request, reply) => {
    // A page brings a policy of its own, for the one style that it has.
    const policy = reply.getHeader('content-security-policy')
    reply.headers({ ...commonHeaders, ...(policy === undefined ? {} : { 'content-security-policy': policy }) })
    reply.header('x-request-id', request.id)
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })
  await http.register(fastifyCookie)
  await http.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'AfterAI', version: '1', description: 'Record, assess, decide and seal changes of AI systems.' },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an API key.' },
          session: { type: 'apiKey', in: 'cookie', name: '__Host-afterai_session' },
        },
      },
    },
    transformObject: jsonSchemaTransformObject,
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route)
      return { schema: { ...schema, ...accessOf(route.route.config?.permission) }, url }
    },
  })
  return http
}

/** What the OpenAPI document says of a route's permission. */
function accessOf(permission: Permission | 'public' | undefined) {
  return { 'x-permission': permission, security: permission === 'public' ? [] : [{ bearer: [] }, { session: [] }] }
}

const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
}

function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblem(error, request.id)
  if (problem.status >= 500) request.log.error({ err: error, requestId: request.id }, 'request failed')
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds)
  return reply.code(problem.status).type('application/problem+json').serializer(JSON.stringify).send(problem.body)
}

/** What a client gets whose bytes aren't HTTP: there is no request yet, so the answer is written by hand. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}
