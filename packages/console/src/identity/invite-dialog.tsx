import { useState, type FormEvent } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import styles from './identity.module.css'
import { useProved } from './proved.ts'
import { type Role, roleOptions } from './roles.ts'
import { WayIn } from './way-in.tsx'

/** Invites a person; the way in goes by mail, or is shown once. */
export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const [key] = useState(() => crypto.randomUUID())
  const [role, setRole] = useState<Role>('approver')
  const { mutate, data, error, isPending } = useProved(
    (email: string) => api.inviteMember({ body: { email, role }, idempotencyKey: key }),
    ['invitations'],
  )
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
        <WayIn page="invitation" {...data} />
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
        <Field
          label="E-mail address"
          name="email"
          type="email"
          required
          autoComplete="off"
          error={faultOf(error, 'email')}
        />
        <Select label="Role" value={role} options={roleOptions()} onChange={(value) => setRole(value as Role)} />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}
