import { useMutation } from '@tanstack/react-query'
import { DownloadIcon } from 'lucide-react'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import { saveFrom } from '../look/save-file.ts'
import { type AuditSearch, toFilter } from './audit-search.ts'

/** Takes the events that fit the filters along, as CSV: all of them, not those that the page has read. The browser writes the file as it comes. */
export function ExportButton({ search }: { readonly search: AuditSearch }) {
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      // A download brings its cookies and renews none: the session is renewed first, and what is wrong with it is said here.
      await api.getMe()
      const query = new URLSearchParams({ ...toFilter(search), format: 'csv' })
      saveFrom(`/v1/audit-events/export?${query.toString()}`, 'audit-events.csv')
    },
  })
  return (
    <>
      <Button busy={isPending} onClick={() => mutate()}>
        <DownloadIcon aria-hidden />
        Export as CSV
      </Button>
      {error === null ? null : <Problem error={error} />}
    </>
  )
}
