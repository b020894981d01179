import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field, Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './identity.module.css'
import { useProved } from './proved.ts'
import { roleOptions } from './roles.ts'

type ServiceRole = Parameters<typeof api.createServiceAccount>[0]['body']['role']

/** Makes a service account, or gives one another name or role. */
export function ServiceAccountDialog({
  account,
  onClose,
}: {
  readonly account?: { readonly accountId: string; readonly name: string; readonly role: string }
  readonly onClose: () => void
}) {
  const [name, setName] = useState(account?.name ?? '')
  const [role, setRole] = useState((account?.role ?? 'member') as ServiceRole)
  const { mutate, error, isPending } = useProved(() => {
    const body = { name: name.trim(), role }
    return account === undefined
      ? api.createServiceAccount({ body })
      : api.changeServiceAccount({ path: { accountId: account.accountId }, body })
  }, ['members'])
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(undefined, { onSuccess: onClose })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={account === undefined ? 'Make a service account' : `Change ${account.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="service-account" busy={isPending}>
            {account === undefined ? 'Make it' : 'Save'}
          </Button>
        </>
      }
    >
      <form id="service-account" className={styles['form']} onSubmit={submit}>
        <Field
          label="Name"
          hint="What it does, as in “ci” or “nightly-evaluations”."
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
          error={faultOf(error, 'name')}
        />
        <Select
          label="Role"
          hint="No machine approves or administers."
          value={role}
          options={roleOptions(['member', 'viewer', 'auditor'])}
          onChange={(value) => setRole(value as ServiceRole)}
        />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}
