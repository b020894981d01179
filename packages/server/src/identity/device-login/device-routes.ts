import {
  deviceAuthorizationRequest,
  deviceAuthorizationView,
  deviceDecisionRequest,
  deviceDecisionView,
  deviceLookupRequest,
  deviceRequestView,
  deviceTokenRequest,
  sessionView,
} from '@afterai/contract'
import type { FastifyRequest } from 'fastify'
import type { Http } from '../../platform/http-application.ts'
import { answerBrowser } from '../../platform/problem-page.ts'
import { callerOf } from '../../access/index.ts'
import { originOf } from '../sessions/session-cookies.ts'
import { type SessionDependencies, sessionOpened } from '../sessions/session-service.ts'
import { decidedPage } from './device-pages.ts'
import { decideDevice, lookUpDevice, pollDevice, requestDevice } from './device-service.ts'

/** Dependencies of the routes of device sign-in. */
export interface DeviceRouteDependencies extends SessionDependencies {
  readonly publicOrigin: (request: FastifyRequest) => string
}

const open = { permission: 'public' } as const
const own = { permission: 'session:own' } as const
const form = 'application/x-www-form-urlencoded'

/** Device authorization (RFC 8628): how a command line signs in without a password passing through it. */
export async function deviceRoutes(http: Http, deps: DeviceRouteDependencies): Promise<void> {
  http.post(
    '/v1/device-authorizations',
    {
      config: {
        ...open,
        rateClass: 'credential',
        audits: { none: 'It hands out codes to nobody in particular; what is decided is an event of that route.' },
      },
      schema: { body: deviceAuthorizationRequest, response: { 201: deviceAuthorizationView } },
    },
    async (request, reply) => {
      const verificationUri = `${deps.publicOrigin(request)}/device`
      return reply.code(201).send(await requestDevice(deps, request.body, { address: request.ip, verificationUri }))
    },
  )
  http.post(
    '/v1/device-authorizations/token',
    // Its code can't be guessed, and a device asks every five seconds.
    {
      config: { ...open, rateClass: 'write', audits: { events: [...sessionOpened], instead: ['session.sign_in'] } },
      schema: { body: deviceTokenRequest, response: { 200: sessionView } },
    },
    (request) => pollDevice(deps, request.body.deviceCode, originOf(request)),
  )
  http.post(
    '/v1/device-authorizations/lookup',
    {
      config: { ...own, audits: { events: ['device_authorization.read'], instead: ['device_authorization.guess'] } },
      schema: { body: deviceLookupRequest, response: { 200: deviceRequestView } },
    },
    (request) => lookUpDevice(deps, callerOf(request), request.body.userCode),
  )
  // In a scope of its own, since here alone a form is a body too: the page that asks has no script.
  await http.register(async (scope: Http) => {
    scope.setErrorHandler(answerBrowser)
    scope.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(String(body))))
    })
    scope.post(
      '/v1/device-authorizations/decision',
      {
        bodyLimit: 4096,
        config: {
          ...own,
          stepUp: true,
          audits: {
            events: ['device_authorization.approve', 'device_authorization.deny'],
            instead: ['device_authorization.guess'],
          },
        },
        schema: { body: deviceDecisionRequest, response: { 200: deviceDecisionView } },
      },
      async (request, reply) => {
        const decided = await decideDevice(deps, callerOf(request), request.body)
        return request.headers['content-type']?.startsWith(form) === true ? decidedPage(reply, decided) : decided
      },
    )
  })
}
