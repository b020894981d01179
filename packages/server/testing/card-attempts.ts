import type { TestRequest } from './test-server.ts'

interface Belongings {
  readonly system: string
  readonly changeId: string
  readonly memberId: string
  readonly viewId: string
  readonly fingerprint: string
}

type Attempt = (of: Belongings) => TestRequest

/** Attempts on what people of another tenant say of systems and changes, compare and merge. */
export function cardAttempts(own: () => Pick<Belongings, 'system' | 'changeId'>): Readonly<Record<string, Attempt>> {
  const post = (path: string, body: object): TestRequest => ({ method: 'POST', path, body })
  const put = (system: string, body: object): TestRequest => ({
    method: 'PUT',
    path: `/v1/systems/${system}/card`,
    body,
  })
  const determination = { determination: 'neither', reason: 'x' }
  const month = 'from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z'
  return {
    'changing their view': (it) => ({ method: 'PUT', path: `/v1/views/${it.viewId}`, body: viewNamed('x') }),
    'removing their view': (it) => ({ method: 'DELETE', path: `/v1/views/${it.viewId}` }),
    'their system over time': (it) => ({
      path: `/v1/telemetry/series?system=${it.system}&environment=production&${month}`,
    }),
    'its card': (it) => ({ path: `/v1/systems/${it.system}/card` }),
    'who approves there': (it) => ({ path: `/v1/systems/${it.system}/approvers` }),
    'comparing what it runs with': (it) => post(`/v1/systems/${it.system}/comparison`, {}),
    'comparing ours with theirs': (it) =>
      post(`/v1/systems/${own().system}/comparison`, { before: { fingerprint: it.fingerprint } }),
    'saying what it is': (it) => put(it.system, { purpose: 'x' }),
    'a card that their member owns': (it) => put(own().system, { owner: { kind: 'person', accountId: it.memberId } }),
    'what was said of it': (it) => ({ path: `/v1/changes/${it.changeId}/determinations` }),
    'determining it': (it) => post(`/v1/changes/${it.changeId}/determinations`, determination),
    'merging it': (it) => post(`/v1/changes/${it.changeId}/merge`, { into: own().changeId, reason: 'x' }),
    'merging ours into theirs': (it) => post(`/v1/changes/${own().changeId}/merge`, { into: it.changeId, reason: 'x' }),
  }
}

/** A view of a name, shared with everybody of its tenant. */
export const viewNamed = (name: string): object => ({ name, query: '', columns: [], density: 'default', shared: true })
