import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import styles from './identity.module.css'
import { useProved } from './proved.ts'

/** Administrators who may sign in without the provider, for the day on which it is down. */
export function BreakGlassCard() {
  const manages = useMay()('identity-provider:write')
  const { data, error, refetch } = useQuery({
    queryKey: ['break-glass'],
    queryFn: ({ signal }) => api.listBreakGlassAccounts({ signal }),
  })
  const revoke = useProved(
    (accountId: string) => api.revokeBreakGlass({ path: { accountId }, body: {} }),
    ['break-glass'],
  )
  // What was read before stays, with the dialogs over it: only where there is nothing yet does the fault take its place.
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  return (
    <Card title="Break-glass accounts" note="who may sign in without the provider when it is down">
      {data.items.length === 0 ? (
        <p className={styles['acts']}>
          There is none. A provider can be the only way in once one administrator with a password is.
        </p>
      ) : (
        <Table
          caption="Break-glass accounts"
          rows={data.items}
          keyOf={({ accountId }) => accountId}
          columns={[
            {
              name: 'Administrator',
              cell: ({ name, email }) => (
                <>
                  {name}
                  <span className={styles['below']}>{email}</span>
                </>
              ),
            },
            {
              name: '',
              isNumber: true,
              cell: ({ accountId, name }) =>
                manages ? (
                  <Button
                    busy={revoke.isPending && revoke.variables === accountId}
                    onClick={() => revoke.mutate(accountId)}
                    aria-label={`Take it from ${name}`}
                  >
                    Take it away
                  </Button>
                ) : null,
            },
          ]}
        />
      )}
      {revoke.error === null ? null : <Problem error={revoke.error} />}
      {manages ? <Grant taken={data.items.map(({ accountId }) => accountId)} /> : null}
    </Card>
  )
}

function Grant({ taken }: { readonly taken: readonly string[] }) {
  const [accountId, setAccountId] = useState('')
  const { data } = useQuery({
    queryKey: ['members', 'people', 'first'],
    queryFn: ({ signal }) => api.listMembers({ query: { limit: 100, kind: 'person' }, signal }),
  })
  const { mutate, error, isPending } = useProved(
    () => api.grantBreakGlass({ path: { accountId }, body: {} }),
    ['break-glass'],
  )
  const admins = (data?.items ?? []).filter(
    (it) => it.role === 'admin' && it.disabledAt === null && !taken.includes(it.accountId),
  )
  if (admins.length === 0) return null
  return (
    <div className={styles['grant']}>
      <Select
        label="Another administrator"
        value={accountId}
        options={[
          { value: '', label: 'Choose one' },
          ...admins.map((it) => ({
            value: it.accountId,
            label: it.email === null ? it.name : `${it.name}, ${it.email}`,
          })),
        ]}
        onChange={setAccountId}
      />
      <Button
        busy={isPending}
        disabled={accountId === ''}
        onClick={() => mutate(undefined, { onSuccess: () => setAccountId('') })}
      >
        Let them in without it
      </Button>
      {error === null ? null : <Problem error={error} />}
    </div>
  )
}
