import type { TestRequest } from './test-server.ts'

interface Belongings {
  readonly providerId: string
  readonly memberId: string
}

type Attempt = (of: Belongings) => TestRequest

/** Attempts on the identity providers of another tenant, and on who signs in by them. */
export function providerAttempts(): Readonly<Record<string, Attempt>> {
  const get =
    (path: (of: Belongings) => string): Attempt =>
    (of) => ({ path: path(of) })
  const post =
    (path: (of: Belongings) => string, body: (of: Belongings) => unknown): Attempt =>
    (of) => ({ method: 'POST', path: path(of), body: body(of) })
  return {
    'their identity provider': get((it) => `/v1/identity-providers/${it.providerId}`),
    'who its subjects are': get((it) => `/v1/identity-providers/${it.providerId}/identities`),
    'changing their provider': (it) => ({
      method: 'PUT',
      path: `/v1/identity-providers/${it.providerId}`,
      body: { enforced: true, clientSecret: 'x' },
    }),
    'testing their provider': post(
      (it) => `/v1/identity-providers/${it.providerId}/test`,
      () => undefined,
    ),
    'removing their provider': (it) => ({ method: 'DELETE', path: `/v1/identity-providers/${it.providerId}` }),
    'linking somebody to their member': post(
      (it) => `/v1/identity-providers/${it.providerId}/identities`,
      (it) => ({ subject: 'mallory', accountId: it.memberId }),
    ),
    'marking their member': (it) => ({ method: 'PUT', path: `/v1/break-glass-accounts/${it.memberId}` }),
    'unmarking their member': (it) => ({ method: 'DELETE', path: `/v1/break-glass-accounts/${it.memberId}` }),
  }
}
