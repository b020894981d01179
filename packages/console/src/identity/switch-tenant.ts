import { useMutation } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { tellOtherTabs } from '../api/session-fetch.ts'

/** Changes to another tenant of the reader's, in all tabs, and begins there anew: nothing of the old one stays on a page. */
export function useSwitchTenant() {
  const { mutate, isPending, error } = useMutation({
    mutationFn: switchTenant,
    onSuccess: () => location.assign('/'),
  })
  return { switchTo: mutate, isPending, error }
}

/** Changes to another tenant of the reader's. The session is one for all tabs, so they are told: each leaves the page of a tenant that it is no longer in. */
export async function switchTenant(tenant: string): Promise<void> {
  await api.switchTenant({ body: { tenant } })
  tellOtherTabs('began')
}
