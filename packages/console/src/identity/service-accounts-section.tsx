import type { Operations } from '@afterai/client'
import { BotIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { date } from '../api/instants.ts'
import { usePages } from '../api/pages.ts'
import { useMay } from '../app/me.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import styles from './identity.module.css'
import { useProved } from './proved.ts'
import { ServiceAccountDialog } from './service-account-dialog.tsx'

type Service = Operations['listServiceAccounts']['answer']['items'][number]
type Asked = { readonly what: 'add' } | { readonly what: 'change' | 'disable' | 'remove'; readonly account: Service }

/** Accounts of machines: each has a role, and keys of its own that outlive whoever made them. */
export function ServiceAccountsSection() {
  const manages = useMay()('member:write')
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const { items, error, retry, hasMore, more, isReadingMore } = usePages(['members', 'services'], ({ query, signal }) =>
    api.listServiceAccounts({ query, signal }),
  )
  const enable = useProved(
    (accountId: string) => api.enableServiceAccount({ path: { accountId }, body: {} }),
    ['members'],
  )
  const disable = useProved(
    (accountId: string) => api.disableServiceAccount({ path: { accountId }, body: {} }),
    ['members'],
  )
  const remove = useProved((accountId: string) => api.removeServiceAccount({ path: { accountId } }), ['members'])
  // What was read before stays, with the dialogs over it: only where there is nothing yet does the fault take its place.
  if (error !== null && items === undefined) return <Problem error={error} onRetry={retry} />
  if (items === undefined) return <Loading what="the service accounts" />
  return (
    <Card>
      {items.length === 0 ? (
        <p className={styles['acts']}>
          There are none. A pipeline that has an account of its own goes on when the person who set it up leaves.
        </p>
      ) : (
        <Table
          caption="Service accounts"
          rows={items}
          keyOf={({ accountId }) => accountId}
          columns={[
            {
              name: 'Name',
              cell: ({ name, disabledAt }) => (
                <>
                  {name} {disabledAt === null ? null : <Warning word="Disabled" />}
                </>
              ),
            },
            { name: 'Role', cell: ({ role }) => role },
            { name: 'Since', wideOnly: true, cell: ({ createdAt }) => date(createdAt) },
            ...(manages
              ? [
                  {
                    name: '',
                    isNumber: true,
                    cell: (account: Service) => (
                      <span className={styles['buttons']}>
                        <Button
                          onClick={() => setAsked({ what: 'change', account })}
                          aria-label={`Change ${account.name}`}
                        >
                          Change
                        </Button>
                        {account.disabledAt === null ? (
                          <Button
                            onClick={() => setAsked({ what: 'disable', account })}
                            aria-label={`Disable ${account.name}`}
                          >
                            Disable
                          </Button>
                        ) : (
                          <Button
                            busy={enable.isPending && enable.variables === account.accountId}
                            onClick={() => enable.mutate(account.accountId)}
                            aria-label={`Let ${account.name} in again`}
                          >
                            Let in again
                          </Button>
                        )}
                        <Button
                          onClick={() => setAsked({ what: 'remove', account })}
                          aria-label={`Remove ${account.name}`}
                        >
                          Remove
                        </Button>
                      </span>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {enable.error === null ? null : <Problem error={enable.error} />}
      {manages || hasMore ? (
        <p className={styles['acts']}>
          {manages ? (
            <Button onClick={() => setAsked({ what: 'add' })}>
              <BotIcon aria-hidden />
              Make a service account
            </Button>
          ) : null}
          {hasMore ? (
            <Button busy={isReadingMore} onClick={more}>
              More service accounts
            </Button>
          ) : null}
        </p>
      ) : null}
      {asked?.what === 'add' ? <ServiceAccountDialog onClose={close} /> : null}
      {asked?.what === 'change' ? <ServiceAccountDialog account={asked.account} onClose={close} /> : null}
      {asked?.what === 'disable' ? (
        <ActDialog
          title={`Disable ${asked.account.name}?`}
          button="Disable it"
          act={() => disable.mutateAsync(asked.account.accountId)}
          done={`${asked.account.name} is disabled`}
          onClose={close}
        >
          Its keys are refused at once, and whatever uses them stops. You can let it in again.
        </ActDialog>
      ) : null}
      {asked?.what === 'remove' ? (
        <ActDialog
          title={`Remove ${asked.account.name}?`}
          button="Remove it"
          act={() => remove.mutateAsync(asked.account.accountId)}
          done={`${asked.account.name} is removed`}
          onClose={close}
        >
          Its keys end for good. Records and the trail keep its name.
        </ActDialog>
      ) : null}
    </Card>
  )
}
