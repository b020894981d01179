/** Ids, digests and instants that the examples share, so that they tell one story. */
export const ids = {
  account: '019aa1c0-3b52-7c1e-9d0a-4f6b2e8c7a10',
  approver: '019aa1c0-52e7-7a90-8b3f-1c5d9e2a6b40',
  service: '019aa1c1-0d44-7f12-a6c8-7b3e5d1f9a20',
  key: '019aa1c1-6a3e-7d58-b1f0-2e9c4a7d8b30',
  newKey: '019aa1c1-8c90-7b24-9e6d-5a1f3c8e7d50',
  invitation: '019aa1c2-14b8-7e63-8a2d-9c6f1b4e3a70',
  tenant: '019aa1bf-9a21-7b47-9c3e-6d8a2f5b1e00',
  session: '019aa1c2-7f05-7c89-b4d1-3a8e6c2f9b80',
  passkey: '019aa1c3-21d6-7a3f-8e9c-4b7d1f6a2c90',
  provider: '019aa1c3-90ea-7d15-a2b6-8f3c5e9d1a60',
  system: '019aa1c4-2b8f-7e70-9f4a-1d6c8b3e5a20',
  observation: '019aa1c4-9c13-7b82-8d5e-7a2f4c6b9e10',
  change: '019aa1c5-3d7a-7f96-a8c1-5e9b2d4f7a30',
  baseline: '019aa1c6-0e4b-7c28-9b7f-2d8a6f1e3c40',
  candidate: '019aa1c6-1f9d-7a61-8c4e-9b5d3a7f2e50',
  plan: '019aa1c6-0a11-7c53-8e2d-7b4f9c1a6e20',
  assessment: '019aa1c6-b2c8-7d94-a3f6-4c1e8b9d7a60',
  decision: '019aa1c7-4a06-7e3b-9d8c-6f2b5a1e4c70',
  record: '019aa1c7-c9f1-7b5d-8a2e-3e7c9d6b1f80',
  event: '019aa1c8-5b3e-7c07-b9d4-8a6f2c1e5b90',
  stream: '019aa1c8-e740-7a9c-8f1b-5d3e7b2a6c00',
  boot: '019aa1c9-70d2-7f4e-a5c9-1b8d6e3f2a10',
  request: '7d9f2c1e-4b6a-4e85-9c3d-0a8f5e2b7c61',
} as const

/** Digests of what the examples are about. */
export const digests = {
  before: `sha256:${'3f9a'.repeat(16)}`,
  after: `sha256:${'b27c'.repeat(16)}`,
  change: `sha256:${'5e81'.repeat(16)}`,
  evidence: `sha256:${'c0d4'.repeat(16)}`,
  cases: `sha256:${'d6e0'.repeat(16)}`,
  plan: `sha256:${'7a3c'.repeat(16)}`,
  file: `sha256:${'91ab'.repeat(16)}`,
  prompt: `hmac-sha256:4f2a9c1e7b3d8a60:${'7d1e'.repeat(16)}`,
} as const

/** When it happened. */
export const at = {
  opened: '2026-11-24T09:12:31.000Z',
  planned: '2026-11-24T09:30:00.000Z',
  imported: '2026-11-24T10:01:12.000Z',
  assessed: '2026-11-24T10:03:07.000Z',
  proposed: '2026-11-24T10:20:45.000Z',
  sealed: '2026-11-24T11:02:12.000Z',
  expires: '2026-12-24T09:00:00.000Z',
} as const

/** One page of a list, as an answer. */
export function pageOf(...items: readonly unknown[]): { items: readonly unknown[]; nextCursor: null } {
  return { items, nextCursor: null }
}

/** The parameters of a page. */
export const pageParameters = { limit: 50, cursor: 'MDE5YWExYzUtM2Q3YS03Zjk2LWE4YzEtNWU5YjJkNGY3YTMw' } as const
