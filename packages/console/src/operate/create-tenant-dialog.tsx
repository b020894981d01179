import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { useProved } from '../identity/proved.ts'
import { WayIn } from '../identity/way-in.tsx'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import styles from './operate.module.css'

/** Makes a tenant and invites its first administrator; the way in goes by mail, or is shown once. */
export function CreateTenantDialog({ onClose }: { readonly onClose: () => void }) {
  const [key] = useState(() => crypto.randomUUID())
  const { mutate, data, error, isPending } = useProved(
    (body: Parameters<typeof api.createTenant>[0]['body']) => api.createTenant({ body, idempotencyKey: key }),
    ['tenants'],
  )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => typed(form, name).trim()
    mutate({ name: text('name'), slug: text('slug'), adminEmail: text('adminEmail') })
  }
  if (data !== undefined)
    return (
      <Dialog
        open
        onClose={onClose}
        title={`${data.name} is there`}
        footer={
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <p className="soft">{data.invitation.email} is invited as its first administrator.</p>
        <WayIn page="invitation" code={data.invitation.code} expiresAt={data.invitation.expiresAt} />
      </Dialog>
    )
  return (
    <Dialog
      open
      onClose={onClose}
      title="Make a tenant"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="create-tenant" busy={isPending}>
            Make the tenant
          </Button>
        </>
      }
    >
      <form id="create-tenant" className={styles['form']} onSubmit={submit}>
        <Field label="Name" name="name" required maxLength={100} autoComplete="off" error={faultOf(error, 'name')} />
        <Field
          label="Short name"
          name="slug"
          hint="For addresses and signing in, as in “norrland”. It stays."
          required
          autoComplete="off"
          spellCheck={false}
          error={faultOf(error, 'slug')}
        />
        <Field
          label="E-mail address of its first administrator"
          name="adminEmail"
          type="email"
          required
          autoComplete="off"
          error={faultOf(error, 'adminEmail')}
        />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}
