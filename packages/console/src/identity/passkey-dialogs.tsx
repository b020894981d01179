import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import styles from './identity.module.css'
import { makePasskey } from './passkey.ts'
import { useProved } from './proved.ts'
import { withProof } from './step-up.tsx'

/** Makes a passkey on the reader's device, under a name of theirs. */
export function AddPasskeyDialog({
  onClose,
  onCodes,
  onAdded,
}: {
  readonly onClose: () => void
  readonly onCodes: (codes: readonly string[]) => void
  /** Told that there is one now, and whether recovery codes came with it. */
  readonly onAdded?: (hasCodes: boolean) => void
}) {
  const client = useQueryClient()
  const [name, setName] = useState('')
  const { mutate, error, isPending } = useMutation({
    mutationFn: async () => {
      const attestation = await makePasskey(await withProof(() => api.getPasskeyOptions({ body: {} })))
      return withProof(() => api.addPasskey({ body: { name: name.trim(), attestation } }))
    },
    onSuccess: ({ recoveryCodes }) => {
      void client.invalidateQueries({ queryKey: ['factors'] })
      onClose()
      tell('The passkey is added')
      if (recoveryCodes !== null) onCodes(recoveryCodes)
      onAdded?.(recoveryCodes !== null)
    },
  })
  return (
    <NameDialog
      title="Add a passkey"
      hint="Where it is kept, as in “Work laptop”. Your browser then asks for your finger, face or PIN."
      button="Add the passkey"
      isPending={isPending}
      name={name}
      setName={setName}
      error={error}
      onClose={onClose}
      onSubmit={() => mutate()}
    />
  )
}

/** Gives a passkey another name. */
export function RenamePasskeyDialog({
  passkey,
  onClose,
}: {
  readonly passkey: { readonly id: string; readonly name: string }
  readonly onClose: () => void
}) {
  const [name, setName] = useState(passkey.name)
  const { mutate, error, isPending } = useProved(
    () => api.renamePasskey({ path: { id: passkey.id }, body: { name: name.trim() } }),
    ['factors'],
  )
  return (
    <NameDialog
      title="Rename the passkey"
      button="Rename"
      isPending={isPending}
      name={name}
      setName={setName}
      error={error}
      onClose={onClose}
      onSubmit={() => mutate(undefined, { onSuccess: onClose })}
    />
  )
}

interface NameDialogProps {
  readonly title: string
  readonly hint?: string
  readonly button: string
  readonly isPending: boolean
  readonly name: string
  readonly setName: (name: string) => void
  readonly error: unknown
  readonly onClose: () => void
  readonly onSubmit: () => void
}

function NameDialog({ title, hint, button, isPending, name, setName, error, onClose, onSubmit }: NameDialogProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    onSubmit()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="passkey-name" busy={isPending}>
            {button}
          </Button>
        </>
      }
    >
      <form id="passkey-name" className={styles['form']} onSubmit={submit}>
        <Field
          label="Name"
          hint={hint}
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          autoComplete="off"
          error={faultOf(error, 'name')}
        />
        {error === null ? null : error instanceof DOMException ? (
          <p role="alert">
            {error.name === 'InvalidStateError'
              ? 'This device has a passkey for your account already.'
              : 'No passkey was made. Try again, and confirm it on your device.'}
          </p>
        ) : (
          <Problem error={error} />
        )}
      </form>
    </Dialog>
  )
}
