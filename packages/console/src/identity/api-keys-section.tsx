import type { Operations } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { KeyRoundIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { date, isPast } from '../api/instants.ts'
import { usePages } from '../api/pages.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import { MakeKeyDialog, RotateKeyDialog } from './api-key-dialogs.tsx'
import styles from './identity.module.css'
import { soonestFirst } from './key-purposes.ts'
import { useProved } from './proved.ts'

type ApiKey = Operations['listApiKeys']['answer']['items'][number]
type Asked = { readonly what: 'make' } | { readonly what: 'rotate' | 'revoke'; readonly apiKey: ApiKey }

/** Keys that work: the reader's, to administrators all of the workspace. Those that end soon come first. */
export function ApiKeysSection() {
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const ending = useQuery({
    queryKey: ['api-keys', 'expiring'],
    queryFn: ({ signal }) => api.listApiKeys({ query: { limit: 100, expiring: 'true' }, signal }),
  })
  const all = usePages(['api-keys', 'all'], ({ query, signal }) => api.listApiKeys({ query, signal }))
  const revoke = useProved((id: string) => api.revokeApiKey({ path: { id } }), ['api-keys'])
  const failed = ending.error ?? all.error
  // A key that was just made is shown once, in a dialog over the list: a list that can't be read anew doesn't take it away.
  if (failed !== null && (ending.data === undefined || all.items === undefined))
    return <Problem error={failed} onRetry={() => void ending.refetch().then(all.retry)} />
  if (ending.data === undefined || all.items === undefined) return <Loading what="the keys" />
  const alive = soonestFirst([...ending.data.items, ...all.items].filter(({ revokedAt }) => revokedAt === null))
  return (
    <Card>
      {alive.length === 0 ? (
        <p className={styles['acts']}>There are none. A pipeline or the SDK needs one.</p>
      ) : (
        <KeyTable
          keys={alive}
          onRotate={(apiKey) => setAsked({ what: 'rotate', apiKey })}
          onRevoke={(apiKey) => setAsked({ what: 'revoke', apiKey })}
        />
      )}
      <p className={styles['acts']}>
        <Button onClick={() => setAsked({ what: 'make' })}>
          <KeyRoundIcon aria-hidden />
          Make a key
        </Button>
        {all.hasMore ? (
          <Button busy={all.isReadingMore} onClick={all.more}>
            More keys
          </Button>
        ) : null}
      </p>
      {asked?.what === 'make' ? <MakeKeyDialog onClose={close} /> : null}
      {asked?.what === 'rotate' ? <RotateKeyDialog apiKey={asked.apiKey} onClose={close} /> : null}
      {asked?.what === 'revoke' ? (
        <ActDialog
          title={`Revoke “${asked.apiKey.name}”?`}
          button="Revoke the key"
          act={() => revoke.mutateAsync(asked.apiKey.id)}
          done="The key is revoked"
          onClose={close}
        >
          Whatever uses it is refused at once. To replace it without a gap, rotate it instead.
        </ActDialog>
      ) : null}
    </Card>
  )
}

function KeyTable({
  keys,
  onRotate,
  onRevoke,
}: {
  readonly keys: readonly ApiKey[]
  readonly onRotate: (apiKey: ApiKey) => void
  readonly onRevoke: (apiKey: ApiKey) => void
}) {
  return (
    <Table
      caption="API keys"
      rows={keys}
      keyOf={({ id }) => id}
      columns={[
        {
          name: 'Key',
          cell: ({ name, prefix, expiresAt, expiresSoon, replacedBy, accountName }) => (
            <>
              {name}{' '}
              {expiresAt !== null && isPast(expiresAt) ? (
                <Warning word="Ended" />
              ) : expiresSoon ? (
                <Warning word={replacedBy === null ? 'Ends soon' : 'Replaced, ends soon'} />
              ) : null}
              <span className={styles['below']}>
                <code className="mono">{prefix}…</code> · {accountName} ·{' '}
                {expiresAt === null ? 'never ends' : `${isPast(expiresAt) ? 'ended' : 'ends'} on ${date(expiresAt)}`}
              </span>
            </>
          ),
        },
        {
          name: 'Last used',
          wideOnly: true,
          cell: ({ lastUsedAt }) =>
            lastUsedAt === null ? <span className="faint">never</span> : <Ago at={lastUsedAt} />,
        },
        {
          name: '',
          isNumber: true,
          cell: (apiKey) => (
            <span className={styles['buttons']}>
              {apiKey.replacedBy === null ? (
                <Button onClick={() => onRotate(apiKey)} aria-label={`Rotate ${apiKey.name}`}>
                  Rotate
                </Button>
              ) : null}
              <Button onClick={() => onRevoke(apiKey)} aria-label={`Revoke ${apiKey.name}`}>
                Revoke
              </Button>
            </span>
          ),
        },
      ]}
    />
  )
}
