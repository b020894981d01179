import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Loading } from '../look/empty.tsx'
import { Field } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import styles from './identity.module.css'
import { useNames } from './names.ts'
import { PersonPicker } from './people-picker.tsx'
import { useProved } from './proved.ts'

const linkWords: Readonly<Record<string, string>> = {
  created: 'came by it',
  invitation: 'was invited',
  admin: 'linked by hand',
  verified_email: 'same address',
}

/** Who the subjects of a provider are here, and a way to say so by hand. */
export function IdentitiesDialog({
  provider: { id, name },
  onClose,
}: {
  readonly provider: { readonly id: string; readonly name: string }
  readonly onClose: () => void
}) {
  const key = ['identities', id]
  const identities = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.listFederatedIdentities({ path: { id }, signal }),
  })
  const names = useNames(identities.data?.items.map(({ accountId }) => accountId) ?? [])
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Linked identities of ${name}`}
      footer={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {identities.error === null ? null : <Problem error={identities.error} />}
      {identities.data === undefined ? (
        <Loading what="the identities" />
      ) : identities.data.items.length === 0 ? (
        <p className="soft">Nobody has signed in by it yet.</p>
      ) : (
        <div className={styles['boxed']}>
          <Table
            caption="Linked identities"
            rows={identities.data.items}
            keyOf={({ subject }) => subject}
            columns={[
              {
                name: 'Person',
                cell: ({ accountId, linkedBy, subject }) => (
                  <>
                    {names.get(accountId) ?? accountId}
                    <span className={styles['below']}>
                      {subject} · {linkWords[linkedBy] ?? linkedBy}
                    </span>
                  </>
                ),
              },
              {
                name: 'Signed in',
                cell: ({ signedInAt }) =>
                  signedInAt === null ? <span className="faint">never</span> : <Ago at={signedInAt} />,
              },
            ]}
          />
        </div>
      )}
      <LinkForm id={id} changes={key} />
    </Dialog>
  )
}

function LinkForm({ id, changes }: { readonly id: string; readonly changes: readonly string[] }) {
  const [subject, setSubject] = useState('')
  const [accountId, setAccountId] = useState('')
  const { mutate, error, isPending } = useProved(
    () => api.linkFederatedIdentity({ path: { id }, body: { subject: subject.trim(), accountId } }),
    changes,
  )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(undefined, {
      onSuccess: () => {
        setSubject('')
        setAccountId('')
      },
    })
  }
  return (
    <form className={styles['form']} onSubmit={submit}>
      <h3>Link somebody by hand</h3>
      <Field
        label="Subject"
        hint="What the provider calls them: the claim “sub”."
        required
        autoComplete="off"
        spellCheck={false}
        value={subject}
        onChange={({ target }) => setSubject(target.value)}
        error={faultOf(error, 'subject')}
      />
      <PersonPicker
        label="Is here"
        withAddress
        others={[{ value: '', label: 'Choose a person' }]}
        value={accountId}
        onChange={setAccountId}
      />
      {error === null ? null : <Problem error={error} />}
      <div>
        <Button type="submit" busy={isPending} disabled={accountId === ''}>
          Link them
        </Button>
      </div>
    </form>
  )
}
