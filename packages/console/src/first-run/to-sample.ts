import { api } from '../api/client.ts'

/** Goes to the finished change of the sample, the first thing that a new administrator sees; home where the instance has no sample. */
export async function goToSample(): Promise<void> {
  const { tenants } = await api.getMe()
  const sample = tenants.find((tenant) => tenant.sample)
  if (sample === undefined) return location.assign('/')
  await api.switchTenant({ body: { tenant: sample.slug } })
  const { items } = await api.listRecords({ query: { limit: 1 } })
  return location.assign(items[0] === undefined ? '/' : `/changes/${items[0].changeId}`)
}
