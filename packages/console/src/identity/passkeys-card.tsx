import type { Operations } from '@afterai/client'
import { KeyRoundIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import styles from './identity.module.css'
import { AddPasskeyDialog, RenamePasskeyDialog } from './passkey-dialogs.tsx'
import { hasPasskeys, noPasskeys } from './passkey.ts'
import { useProved } from './proved.ts'

type Passkey = Operations['listFactors']['answer']['passkeys'][number]
type Asked = { readonly what: 'add' } | { readonly what: 'rename' | 'remove'; readonly passkey: Passkey }

/** The reader's passkeys. `onCodes` is told the recovery codes that the first second factor of an account brings. */
export function PasskeysCard({
  passkeys,
  onCodes,
}: {
  readonly passkeys: readonly Passkey[]
  readonly onCodes: (codes: readonly string[]) => void
}) {
  const [asked, setAsked] = useState<Asked>()
  const close = () => setAsked(undefined)
  const remove = useProved((id: string) => api.removePasskey({ path: { id } }), ['factors'])
  return (
    <Card title="Passkeys">
      {passkeys.length === 0 ? (
        <p className={styles['acts']}>
          There are none. A passkey signs you in without a password, and nobody can be tricked out of it.
        </p>
      ) : (
        <Table
          caption="Passkeys"
          rows={passkeys}
          keyOf={({ id }) => id}
          columns={[
            {
              name: 'Passkey',
              cell: ({ name, synced, createdAt }) => (
                <>
                  {name}
                  <span className={styles['below']}>
                    {synced ? 'on several devices' : 'on one device'}, added <Ago at={createdAt} />
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
              cell: (passkey) => (
                <span className={styles['buttons']}>
                  <Button onClick={() => setAsked({ what: 'rename', passkey })} aria-label={`Rename ${passkey.name}`}>
                    Rename
                  </Button>
                  <Button onClick={() => setAsked({ what: 'remove', passkey })} aria-label={`Remove ${passkey.name}`}>
                    Remove
                  </Button>
                </span>
              ),
            },
          ]}
        />
      )}
      <p className={styles['acts']}>
        {hasPasskeys() ? (
          <Button onClick={() => setAsked({ what: 'add' })}>
            <KeyRoundIcon aria-hidden />
            Add a passkey
          </Button>
        ) : (
          <span className="faint">{noPasskeys()}</span>
        )}
      </p>
      {asked?.what === 'add' ? <AddPasskeyDialog onClose={close} onCodes={onCodes} /> : null}
      {asked?.what === 'rename' ? <RenamePasskeyDialog passkey={asked.passkey} onClose={close} /> : null}
      {asked?.what === 'remove' ? (
        <ActDialog
          title={`Remove the passkey “${asked.passkey.name}”?`}
          button="Remove the passkey"
          act={() => remove.mutateAsync(asked.passkey.id)}
          done="The passkey is removed"
          onClose={close}
        >
          It no longer signs you in. Your device may still offer it: delete it there too.
        </ActDialog>
      ) : null}
    </Card>
  )
}
