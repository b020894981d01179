import { useMutation } from '@tanstack/react-query'
import { api } from '../api/client.ts'

/** Changes to another tenant of the reader's, and begins there anew: nothing of the old one stays on the page. */
export function useSwitchTenant() {
  const { mutate, isPending, error } = useMutation({
    mutationFn: (tenant: string) => api.switchTenant({ body: { tenant } }),
    onSuccess: () => location.assign('/'),
  })
  return { switchTo: mutate, isPending, error }
}
