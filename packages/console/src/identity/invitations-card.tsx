import type { Operations } from '@afterai/client'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { date } from '../api/instants.ts'
import { usePages } from '../api/pages.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import styles from './identity.module.css'
import { useProved } from './proved.ts'
import { WayIn } from './way-in.tsx'

type Invitation = Operations['listInvitations']['answer']['items'][number]

const deliveryWords: Readonly<Record<Invitation['delivery'], string>> = {
  by_hand: 'handed over by hand',
  queued: 'mail on its way',
  sent: 'mail sent',
  failed: 'mail failed',
}

/** Invitations that nobody has accepted yet: to send again, or to revoke. Nothing where there are none. */
export function InvitationsCard() {
  const [revoked, setRevoked] = useState<Invitation>()
  const { items, error, retry, hasMore, more, isReadingMore } = usePages(['invitations'], ({ query, signal }) =>
    api.listInvitations({ query, signal }),
  )
  const resend = useProved((id: string) => api.resendInvitation({ path: { id }, body: {} }), ['invitations'])
  const revoke = useProved((id: string) => api.revokeInvitation({ path: { id } }), ['invitations'])
  // What was read before stays, with the dialogs over it: only where there is nothing yet does the fault take its place.
  if (error !== null && items === undefined) return <Problem error={error} onRetry={retry} />
  const waiting = (items ?? []).filter(({ state }) => state === 'pending' || state === 'expired')
  if (waiting.length === 0 && !hasMore) return null
  return (
    <Card title="Invitations" note="not accepted yet">
      <Table
        caption="Invitations"
        rows={waiting}
        keyOf={({ id }) => id}
        columns={[
          {
            name: 'Address',
            cell: ({ email, state, delivery, deliveryError }) => (
              <>
                {email} {state === 'expired' ? <Warning word="Expired" /> : null}
                {delivery === 'failed' ? <Warning word="Mail failed" /> : null}
                <span className={styles['below']}>
                  {deliveryWords[delivery]}
                  {deliveryError === null ? '' : ` (${deliveryError})`}
                </span>
              </>
            ),
          },
          { name: 'Role', wideOnly: true, cell: ({ role }) => role },
          { name: 'Until', wideOnly: true, cell: ({ expiresAt }) => date(expiresAt) },
          {
            name: '',
            isNumber: true,
            cell: (invitation) => (
              <span className={styles['buttons']}>
                <Button
                  busy={resend.isPending && resend.variables === invitation.id}
                  onClick={() => resend.mutate(invitation.id)}
                  aria-label={`Invite ${invitation.email} again`}
                >
                  Invite again
                </Button>
                <Button onClick={() => setRevoked(invitation)} aria-label={`Revoke ${invitation.email}`}>
                  Revoke
                </Button>
              </span>
            ),
          },
        ]}
      />
      {resend.error === null ? null : <Problem error={resend.error} />}
      {hasMore ? (
        <p className={styles['acts']}>
          <Button busy={isReadingMore} onClick={more}>
            More invitations
          </Button>
        </p>
      ) : null}
      {resend.data === undefined ? null : (
        <Dialog
          open
          onClose={resend.reset}
          title={`Invited ${resend.data.email} again`}
          footer={
            <Button kind="primary" onClick={resend.reset}>
              Done
            </Button>
          }
        >
          <p className="soft">The code from before no longer works.</p>
          <WayIn page="invitation" {...resend.data} />
        </Dialog>
      )}
      {revoked === undefined ? null : (
        <ActDialog
          title={`Revoke the invitation of ${revoked.email}?`}
          button="Revoke it"
          act={() => revoke.mutateAsync(revoked.id)}
          done="The invitation is revoked"
          onClose={() => setRevoked(undefined)}
        >
          Its code lets nobody in any more. You can invite them anew.
        </ActDialog>
      )}
    </Card>
  )
}
