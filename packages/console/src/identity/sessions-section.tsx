import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import styles from './identity.module.css'
import { SessionTable } from './session-table.tsx'

/** The reader's open sessions, in all of their workspaces, and what ends them. */
export function SessionsSection() {
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => api.listSessions({ signal }),
  })
  const renew = () => client.invalidateQueries({ queryKey: ['sessions'] })
  const end = useMutation({
    mutationFn: (id: string) => api.endSession({ path: { id } }),
    onSuccess: renew,
  })
  const endOthers = useMutation({
    mutationFn: () => api.endOtherSessions(),
    onSuccess: () => {
      tell('Your other sessions have ended')
      return renew()
    },
  })
  const failed = end.error ?? endOthers.error
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="your sessions" />
  return (
    <Card>
      <SessionTable
        sessions={data.items}
        onEnd={(id) => end.mutate(id)}
        busyWith={end.isPending ? end.variables : undefined}
      />
      {failed === null ? null : <Problem error={failed} />}
      {data.items.length > 1 ? (
        <p className={styles['acts']}>
          <Button busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            End all but this one
          </Button>
        </p>
      ) : null}
    </Card>
  )
}
