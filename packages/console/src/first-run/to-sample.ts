import { api } from '../api/client.ts'
import { switchTenant } from '../identity/switch-tenant.ts'

const waitMs = 500
const longestWaitMs = 20_000

/**
 * Goes to the finished change of the sample, the first thing that a new administrator sees; home where the instance has no sample. A server that
 * has just been started is still making it: that is waited for, not for ever.
 */
export async function goToSample(): Promise<void> {
  const { tenants } = await api.getMe()
  const sample = tenants.find((tenant) => tenant.sample)
  if (sample === undefined) return location.assign('/')
  await switchTenant(sample.slug)
  for (let waited = 0; waited < longestWaitMs; waited += waitMs) {
    const { items } = await api.listRecords({ query: { limit: 1 } })
    if (items[0] !== undefined) return location.assign(`/changes/${items[0].changeId}`)
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  return location.assign('/')
}
