import { type AuditedRoute, by } from './audited-route.ts'
import { addPasskey, beginSignIn, challengeFor, codeOf, enrolApp } from './factors.ts'
import { softwarePasskey } from './software-authenticator.ts'
import { type Person, testOrigin, type TestServer } from './test-server.ts'

const origin = testOrigin
const handleOf = ({ accountId: userHandle }: Person) => ({ origin, userHandle })

/** The routes of people’s own credentials and sessions, and the events that they leave. */
export const credentialRows = (
  server: () => TestServer,
  someone: () => Promise<Person>,
): Readonly<Record<string, AuditedRoute>> => ({
  'POST /v1/session': {
    actions: ['session.open'],
    prepare: async () => {
      const { email, password, accountId: actorId } = await someone()
      const request = { method: 'POST', path: '/v1/session', body: { email, password } } as const
      return { request, actorId, credential: 'password' }
    },
  },
  'POST /v1/session/refresh': {
    actions: ['session.refresh'],
    prepare: async () => {
      const { session, accountId: actorId } = await someone()
      const body = { refreshHandle: session.refreshHandle }
      return { request: { method: 'POST', path: '/v1/session/refresh', body }, actorId, credential: 'refresh' }
    },
  },
  'POST /v1/session/switch': {
    actions: ['session.end', 'session.open'],
    prepare: async () => by(await someone(), 'POST', '/v1/session/switch', { tenant: 'acme' }),
  },
  'DELETE /v1/session': {
    actions: ['session.end'],
    prepare: async () => by(await someone(), 'DELETE', '/v1/session'),
  },
  'POST /v1/session/second-factor': {
    actions: ['session.open'],
    prepare: async () => {
      const person = await someone()
      const app = await enrolApp(server(), person)
      const { ticket } = await beginSignIn(server(), person)
      const body = { ticket, proof: { method: 'totp', code: await app.freshCode() } }
      return { ...by(person, 'POST', '/v1/session/second-factor', body), credential: 'totp' }
    },
  },
  'POST /v1/session/second-factor/passkey-options': {
    actions: [],
    prepare: async () => {
      const person = await someone()
      await enrolApp(server(), person)
      const { ticket } = await beginSignIn(server(), person)
      return by(person, 'POST', '/v1/session/second-factor/passkey-options', { ticket })
    },
  },
  'POST /v1/session/passkey-options': {
    actions: [],
    prepare: async () => by(await someone(), 'POST', '/v1/session/passkey-options'),
  },
  'POST /v1/session/passkey': {
    actions: ['session.open'],
    prepare: async () => {
      const person = await someone()
      const passkey = await addPasskey(server(), person)
      const assertion = passkey.assert(await challengeFor(server(), '/v1/session/passkey-options'), handleOf(person))
      return { ...by(person, 'POST', '/v1/session/passkey', { assertion }), credential: 'passkey' }
    },
  },
  'POST /v1/session/step-up/passkey-options': {
    actions: [],
    prepare: async () => by(await someone(), 'POST', '/v1/session/step-up/passkey-options'),
  },
  'POST /v1/session/step-up': {
    actions: ['session.end', 'session.open', 'session.step_up'],
    prepare: async () => {
      const person = await someone()
      return by(person, 'POST', '/v1/session/step-up', { method: 'password', password: person.password })
    },
  },
  'DELETE /v1/sessions/:id': {
    actions: ['session.end'],
    prepare: async () => {
      const person = await someone()
      const { items } = await server().expectOk<{ items: { id: string }[] }>({
        path: '/v1/sessions',
        token: person.token,
      })
      const other = await server().signIn(person.email, person.password)
      return by({ ...person, token: other.accessToken }, 'DELETE', `/v1/sessions/${items[0]?.id}`)
    },
  },
  'DELETE /v1/sessions': {
    actions: ['session.end_others'],
    prepare: async () => by(await someone(), 'DELETE', '/v1/sessions'),
  },
  'DELETE /v1/members/:accountId/sessions': {
    actions: ['member.end_sessions'],
    prepare: async () => by(server().admin, 'DELETE', `/v1/members/${(await someone()).accountId}/sessions`),
  },
  'PUT /v1/password': {
    actions: ['password.change'],
    prepare: async () => {
      const person = await someone()
      return by(person, 'PUT', '/v1/password', {
        currentPassword: person.password,
        newPassword: 'copper-meadow-77-signal',
      })
    },
  },
  'POST /v1/factors/totp': {
    actions: ['totp.enrol'],
    prepare: async () => by(await someone(), 'POST', '/v1/factors/totp'),
  },
  'POST /v1/factors/totp/confirm': {
    actions: ['totp.confirm'],
    prepare: async () => {
      const person = await someone()
      const path = '/v1/factors/totp'
      const { secret } = await server().expectOk<{ secret: string }>({ method: 'POST', path, token: person.token })
      return by(person, 'POST', `${path}/confirm`, { code: codeOf(secret, 0) })
    },
  },
  'DELETE /v1/factors/totp': {
    actions: ['totp.remove'],
    prepare: async () => {
      const person = await someone()
      await enrolApp(server(), person)
      return by(person, 'DELETE', '/v1/factors/totp')
    },
  },
  'POST /v1/factors/recovery-codes': {
    actions: ['recovery_codes.renew'],
    prepare: async () => {
      const person = await someone()
      await enrolApp(server(), person)
      return by(person, 'POST', '/v1/factors/recovery-codes')
    },
  },
  'POST /v1/passkeys/options': {
    actions: [],
    prepare: async () => by(await someone(), 'POST', '/v1/passkeys/options'),
  },
  'POST /v1/passkeys': {
    actions: ['passkey.add'],
    prepare: async () => {
      const person = await someone()
      const challenge = await challengeFor(server(), '/v1/passkeys/options', person.token)
      const attestation = softwarePasskey().attest(challenge, { origin })
      return by(person, 'POST', '/v1/passkeys', { name: 'phone', attestation })
    },
  },
  'PUT /v1/passkeys/:id': {
    actions: ['passkey.rename'],
    prepare: async () => {
      const person = await someone()
      return by(person, 'PUT', `/v1/passkeys/${(await addPasskey(server(), person)).id}`, { name: 'phone' })
    },
  },
  'DELETE /v1/passkeys/:id': {
    actions: ['passkey.remove'],
    prepare: async () => {
      const person = await someone()
      return by(person, 'DELETE', `/v1/passkeys/${(await addPasskey(server(), person)).id}`)
    },
  },
})
