import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { UserPlusIcon } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { date } from '../api/instants.ts'
import { useMay } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Command } from '../look/command.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import styles from './identity.module.css'
import { type Role, roleOptions } from './roles.ts'
import { withProof } from './step-up.tsx'

/** The people and machines of the tenant, and the way to bring in another person. */
export function MembersSection() {
  const may = useMay()
  const [isInviting, setInviting] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['members'],
    queryFn: ({ signal }) => api.listMembers({ query: { limit: 100 }, signal }),
  })
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  return (
    <Card title="People and machines" note={data.nextCursor === null ? undefined : 'the first hundred'}>
      <Table
        caption="People and machines"
        rows={data.items}
        keyOf={({ accountId }) => accountId}
        columns={[
          {
            name: 'Name',
            cell: ({ name, email, kind }) => (
              <>
                {name}
                <span className={styles['below']}>{kind === 'service' ? 'service account' : email}</span>
              </>
            ),
          },
          { name: 'Role', cell: ({ role, disabledAt }) => `${role}${disabledAt === null ? '' : ', disabled'}` },
          { name: 'Since', wideOnly: true, isNumber: true, cell: ({ createdAt }) => date(createdAt) },
        ]}
      />
      {may('member:write') ? (
        <p className={styles['acts']}>
          <Button onClick={() => setInviting(true)}>
            <UserPlusIcon aria-hidden />
            Invite a person
          </Button>
        </p>
      ) : null}
      {isInviting ? <InviteDialog onClose={() => setInviting(false)} /> : null}
    </Card>
  )
}

function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [role, setRole] = useState<Role>('approver')
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (email: string) => withProof(() => api.inviteMember({ body: { email, role }, idempotencyKey: key })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['members'] }),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(typed(new FormData(event.currentTarget), 'email').trim())
  }
  if (data !== undefined)
    return (
      <Dialog
        open
        onClose={onClose}
        title={`Invited ${data.email}`}
        footer={
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        {data.code === null ? (
          <p className="soft">A mail with the way in is on its way. It works once, until {date(data.expiresAt)}.</p>
        ) : (
          <>
            <p className="soft">
              No mail is set up, so give this address to them yourself. It works once, until {date(data.expiresAt)}, and
              isn’t shown again.
            </p>
            <Command text={`${location.origin}/invitation#code=${data.code}`} what="the address" />
          </>
        )}
      </Dialog>
    )
  return (
    <Dialog
      open
      onClose={onClose}
      title="Invite a person"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="invite" busy={isPending}>
            Invite
          </Button>
        </>
      }
    >
      <form id="invite" className={styles['form']} onSubmit={submit}>
        <Field label="E-mail address" name="email" type="email" required autoComplete="off" />
        <Select label="Role" value={role} options={roleOptions()} onChange={(value) => setRole(value as Role)} />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}
