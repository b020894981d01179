import { type VerificationReport, verifyBundle } from '@afterai/record'
import { api } from '../api/client.ts'
import { readKeys, rememberedKeys } from './pinned-keys.ts'
import { serverKeys } from './server-keys.ts'
import type { KeySource } from './verify-steps.tsx'

/** What came of verifying a record, and whose keys it was verified with. */
export interface Verification {
  readonly report: VerificationReport
  readonly keys: KeySource
}

/** Exports a record and verifies it here, under the keys that the reader had this browser remember, or else under the server's own. */
export async function verifyExported(id: string): Promise<Verification> {
  const bundle = await api.exportRecord({ path: { id } })
  const pinned = readKeys(rememberedKeys())
  if (pinned.trust !== undefined) return { report: verifyBundle(bundle, pinned.trust), keys: 'reader' }
  const { trust, fault } = readKeys(await serverKeys())
  if (trust === undefined) throw new Error(fault)
  return { report: verifyBundle(bundle, trust), keys: 'server' }
}
