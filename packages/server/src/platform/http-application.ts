import type { Permission } from '@afterai/contract'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The permission that a caller must hold; `public` for routes that anybody may call. A route without it stops the start. */
    permission?: Permission | 'public'
    /** Whether the caller must have proved who they are within the last minutes (`identity/step-up`). No API key has. */
    stepUp?: boolean
    /** Whether it reaches what is the account's own in all of its tenants: no session that a tenant's identity provider opened may. */
    acrossTenants?: boolean
    /** Whether its answer may take a client longer than a minute to read, as a stream does. */
    longAnswer?: boolean
    /** Whether its answer goes on for as long as its client stays: it holds no place among the requests that are worked on. */
    holdsOpen?: boolean
    /** How long its body may take to arrive, where that is more than the 15 seconds of others. */
    bodyTimeoutMs?: number
  }
  interface FastifyInstance {
    /** The permission that each route asks for: `GET /v1/systems/:name` -> permission. */
    routePermissions: Map<string, Permission | 'public'>
    /** The routes whose answer may take longer than others to be made and to be read. */
    longAnswers: Set<string>
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
