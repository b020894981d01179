import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { date } from '../api/instants.ts'
import { useMe } from '../app/me.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Button } from '../look/button.tsx'
import { Facts } from '../look/card.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import styles from './identity.module.css'
import { MemberReset } from './member-reset.tsx'
import { useProved } from './proved.ts'
import { type Member, type Role, roleOptions } from './roles.ts'
import { SessionTable } from './session-table.tsx'

/** One person of the workspace: their role, their sessions, a new password, keeping them out, removing them. */
export function MemberDialog({ member, onClose }: { readonly member: Member; readonly onClose: () => void }) {
  const { accountId, name, email, createdAt, disabledAt, roleProviderId } = member
  const isSelf = useMe().accountId === accountId
  const [asked, setAsked] = useState<'disable' | 'remove'>()
  const path = { accountId }
  const enable = useProved(() => api.enableMember({ path, body: {} }), ['members'])
  const disable = useProved(() => api.disableMember({ path, body: {} }), ['members'])
  const remove = useProved(() => api.removeMember({ path }), ['members'])
  if (asked === 'disable')
    return (
      <ActDialog
        title={`Disable ${name}?`}
        button={`Disable ${name}`}
        act={() => disable.mutateAsync(undefined)}
        done={`${name} is disabled`}
        onClose={() => setAsked(undefined)}
      >
        Their sessions end, their keys are refused and the invitations that they made end. What they did stays. You can
        let them in again.
      </ActDialog>
    )
  if (asked === 'remove')
    return (
      <ActDialog
        title={`Remove ${name}?`}
        button={`Remove ${name}`}
        act={async () => {
          await remove.mutateAsync(undefined)
          onClose()
        }}
        done={`${name} is removed`}
        onClose={() => setAsked(undefined)}
      >
        They leave this workspace, and their keys and sessions here end for good. Records, approvals and the trail keep
        their name.
      </ActDialog>
    )
  return (
    <Dialog
      open
      onClose={onClose}
      title={name}
      footer={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <Facts
        of={[
          ['Address', email],
          ['Since', date(createdAt)],
          ['Disabled', disabledAt === null ? null : date(disabledAt)],
        ]}
      />
      <RoleField
        member={member}
        hint={roleProviderId === null ? undefined : 'Their groups gave it, and give it again at their next sign-in.'}
      />
      {isSelf ? (
        <p className="faint">Your own sessions and password are under Sessions and Security.</p>
      ) : (
        <>
          <MemberSessions accountId={accountId} />
          <MemberReset accountId={accountId} name={name} />
        </>
      )}
      <div className={styles['part']}>
        <h3>Access</h3>
        <span className={styles['buttons']}>
          {disabledAt === null ? (
            <Button onClick={() => setAsked('disable')}>Disable</Button>
          ) : (
            <Button busy={enable.isPending} onClick={() => enable.mutate(undefined)}>
              Let in again
            </Button>
          )}
          <Button kind="danger" onClick={() => setAsked('remove')}>
            Remove
          </Button>
        </span>
        {enable.error === null ? null : <Problem error={enable.error} />}
      </div>
    </Dialog>
  )
}

function RoleField({ member, hint }: { readonly member: Member; readonly hint: string | undefined }) {
  const [role, setRole] = useState<Role>(member.role)
  const { mutate, error, isPending } = useProved(
    () => api.changeMemberRole({ path: { accountId: member.accountId }, body: { role } }),
    ['members'],
  )
  return (
    <div className={styles['part']}>
      <Select
        label="Role"
        hint={hint}
        value={role}
        options={roleOptions()}
        onChange={(value) => setRole(value as Role)}
      />
      {role === member.role ? null : (
        <Button
          busy={isPending}
          onClick={() => mutate(undefined, { onSuccess: () => tell(`${member.name} is ${role} now`) })}
        >
          Change the role
        </Button>
      )}
      {error === null ? null : <Problem error={error} />}
    </div>
  )
}

function MemberSessions({ accountId }: { readonly accountId: string }) {
  const key = ['member-sessions', accountId]
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.listSessionsOfMember({ path: { accountId }, signal }),
  })
  const end = useProved(() => api.endSessionsOfMember({ path: { accountId } }), key)
  if (error !== null) return <Problem error={error} />
  if (data === undefined) return null
  return (
    <div className={styles['part']}>
      <h3>Sessions here</h3>
      {data.items.length === 0 ? (
        <p className="soft">None is open.</p>
      ) : (
        <>
          <div className={styles['boxed']}>
            <SessionTable sessions={data.items} />
          </div>
          <Button busy={end.isPending} onClick={() => end.mutate(undefined)}>
            End their sessions
          </Button>
        </>
      )}
      {end.error === null ? null : <Problem error={end.error} />}
    </div>
  )
}
