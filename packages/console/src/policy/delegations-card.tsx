import type { Delegation } from '@afterai/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { api } from '../api/client.ts'
import { useMay, useMe } from '../app/me.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { lazily } from '../look/lazily.ts'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Exactly } from '../look/time.tsx'
import { delegationsQuery } from './policies.ts'
import styles from './policy.module.css'

const DelegateDialog = lazily(async () => (await import('./delegate-dialog.tsx')).DelegateDialog)

/** Who approves in the place of whom, and until when; one's own can be ended, and so can all by an administrator. */
export function DelegationsCard() {
  const me = useMe()
  const may = useMay()
  const client = useQueryClient()
  const [isDelegating, setDelegating] = useState(false)
  const { data, error, isPending, refetch } = useQuery(delegationsQuery)
  const end = useMutation({
    mutationFn: (id: string) => withProof(() => api.endDelegation({ path: { id }, body: {} })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['delegations'] }),
  })
  const mayEnd = ({ fromId, toId, inForce }: Delegation) =>
    inForce && may('decision:approve') && (me.role === 'admin' || me.accountId === fromId || me.accountId === toId)
  return (
    <Card title="Delegations" note="who approves in the place of whom, where rules name people">
      {isPending ? <Loading what="the delegations" /> : null}
      {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined ? null : data.items.length === 0 ? (
        <Empty title="Nobody has another person approve for them">
          <p>Whom a rule names may have somebody stand in, for a time. It gives nobody a permission.</p>
        </Empty>
      ) : (
        <Table
          caption="Delegations"
          rows={data.items}
          keyOf={({ id }) => id}
          columns={[
            {
              name: 'Who for whom',
              cell: ({ fromName, toName, reason }) => (
                <>
                  {toName ?? 'a removed account'} for {fromName ?? 'a removed account'}
                  <span className={styles['below']}>{reason}</span>
                </>
              ),
            },
            { name: 'Until', cell: (it) => <Until of={it} /> },
            {
              name: '',
              isNumber: true,
              cell: (it) =>
                mayEnd(it) ? (
                  <Button
                    busy={end.isPending}
                    onClick={() => end.mutate(it.id)}
                    aria-label={`End that ${it.toName} approves for ${it.fromName}`}
                  >
                    End it
                  </Button>
                ) : null,
            },
          ]}
        />
      )}
      {end.error === null ? null : <Problem error={end.error} />}
      {may('decision:approve') && may('member:read') ? (
        <p className={styles['acts']}>
          <Button onClick={() => setDelegating(true)}>Have somebody approve for you</Button>
        </p>
      ) : null}
      <Suspense>{isDelegating ? <DelegateDialog onClose={() => setDelegating(false)} /> : null}</Suspense>
    </Card>
  )
}

function Until({ of: { until, endedAt, endedByName, inForce } }: { readonly of: Delegation }) {
  return (
    <>
      <Exactly at={endedAt ?? until} />
      <span className={styles['below']}>
        {inForce ? 'in force' : endedAt === null ? 'over' : `ended by ${endedByName ?? 'a removed account'}`}
      </span>
    </>
  )
}
