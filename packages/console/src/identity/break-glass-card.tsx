import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import styles from './identity.module.css'
import { peopleQuery } from './people.ts'
import { PersonPicker } from './people-picker.tsx'
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
  // Who may make others administrators is one.
  const admins = useQuery(peopleQuery({ permission: 'member:write' }))
  const { mutate, error, isPending } = useProved(
    () => api.grantBreakGlass({ path: { accountId }, body: {} }),
    ['break-glass'],
  )
  if (admins.data === undefined || admins.data.people.every((it) => taken.includes(it.accountId))) return null
  return (
    <div className={styles['grant']}>
      <PersonPicker
        label="Another administrator"
        permission="member:write"
        except={taken}
        withAddress
        others={[{ value: '', label: 'Choose one' }]}
        value={accountId}
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
