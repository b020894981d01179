import type { TestRequest } from './test-server.ts'

interface Belongings {
  readonly system: string
  readonly changeId: string
  readonly memberId: string
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
  return {
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
