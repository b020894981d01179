import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Check } from '../look/check.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import form from './identity.module.css'
import { useProved } from './proved.ts'
import styles from './security.module.css'

/** The reader's password, where they have one. */
export function PasswordCard({
  hasPassword,
  hasSecondFactor,
}: {
  readonly hasPassword: boolean
  readonly hasSecondFactor: boolean
}) {
  const [isChanging, setChanging] = useState(false)
  return (
    <Card title="Password">
      <div className={styles['row']}>
        <p className="soft">
          {hasPassword
            ? 'Changing it ends your other sessions.'
            : 'You sign in without one: by a passkey, or by your company’s provider.'}
        </p>
        {hasPassword ? <Button onClick={() => setChanging(true)}>Change the password</Button> : null}
      </div>
      {isChanging ? (
        <ChangePasswordDialog hasSecondFactor={hasSecondFactor} onClose={() => setChanging(false)} />
      ) : null}
    </Card>
  )
}

function ChangePasswordDialog({
  hasSecondFactor,
  onClose,
}: {
  readonly hasSecondFactor: boolean
  readonly onClose: () => void
}) {
  const { mutate, error, isPending } = useProved(
    (body: Parameters<typeof api.changePassword>[0]['body']) => api.changePassword({ body }),
    ['sessions'],
  )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const body = {
      currentPassword: typed(data, 'current'),
      newPassword: typed(data, 'new'),
      endApiKeys: data.get('endApiKeys') === 'on',
    }
    mutate(body, {
      onSuccess: () => {
        onClose()
        tell('Your password is changed', 'Your other sessions have ended.')
      },
    })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Change your password"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="change-password" busy={isPending}>
            Change it
          </Button>
        </>
      }
    >
      <form id="change-password" className={form['form']} onSubmit={submit}>
        <Field label="Current password" name="current" type="password" autoComplete="current-password" required />
        <Field
          label="New password"
          name="new"
          type="password"
          autoComplete="new-password"
          required
          minLength={hasSecondFactor ? 8 : 15}
          hint={`${hasSecondFactor ? 'Eight' : 'Fifteen'} characters at least, and hard to guess: several words are easy to remember.`}
          error={faultOf(error, 'newPassword')}
        />
        <Check name="endApiKeys" label="End my API keys too" hint="If somebody else may have known the password." />
        {error === null ? null : <Problem error={error} />}
      </form>
    </Dialog>
  )
}
