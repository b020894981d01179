import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef } from 'react'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Copyable } from '../look/copyable.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Loading } from '../look/empty.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { QrCode } from './qr-code.tsx'
import styles from './security.module.css'
import { withProof } from './step-up.tsx'

/** Sets an authenticator app up: its secret as a picture, as text and as a link; a first code of it confirms it. */
export function AuthenticatorDialog({
  onClose,
  onCodes,
}: {
  readonly onClose: () => void
  readonly onCodes: (codes: readonly string[]) => void
}) {
  const client = useQueryClient()
  const begun = useRef(false)
  const begin = useMutation({ mutationFn: () => withProof(() => api.addAuthenticator({ body: {} })) })
  const confirm = useMutation({
    mutationFn: (code: string) => withProof(() => api.confirmAuthenticator({ body: { code } })),
    onSuccess: ({ recoveryCodes }) => {
      void client.invalidateQueries({ queryKey: ['factors'] })
      onClose()
      onCodes(recoveryCodes)
    },
  })
  const { mutate: start } = begin
  useEffect(() => {
    // Once, also where React runs effects twice: each beginning makes the secret before it void.
    if (!begun.current) start()
    begun.current = true
  }, [start])
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    confirm.mutate(typed(new FormData(event.currentTarget), 'code').replaceAll(/\s/g, ''))
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Set up an authenticator app"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {begin.data === undefined ? null : (
            <Button kind="primary" type="submit" form="authenticator" busy={confirm.isPending}>
              Confirm the code
            </Button>
          )}
        </>
      }
    >
      {begin.error === null ? null : <Problem error={begin.error} onRetry={() => start()} />}
      {begin.isPending ? <Loading what="a new secret" /> : null}
      {begin.data === undefined ? null : (
        <form id="authenticator" className={styles['form']} onSubmit={submit}>
          <Enrolment {...begin.data} />
          <Field
            label="The code that it shows"
            name="code"
            inputMode="numeric"
            pattern="\s*\d{3}\s*\d{3}\s*"
            title="six digits"
            autoComplete="one-time-code"
            required
          />
          {confirm.error === null ? null : <Problem error={confirm.error} />}
        </form>
      )}
    </Dialog>
  )
}

function Enrolment({ secret, uri }: { readonly secret: string; readonly uri: string }) {
  return (
    <div className={styles['enrol']}>
      <QrCode text={uri} label="The secret as a QR code" />
      <div>
        <p className="soft">Scan this with your app, or type the secret in. It isn’t shown again.</p>
        <p>
          <Copyable text={secret} shown={grouped(secret)} what="the secret" />
        </p>
        {uri.startsWith('otpauth://totp/') ? (
          <a className="link" href={uri}>
            Open an app on this device
          </a>
        ) : null}
      </div>
    </div>
  )
}

/** A secret in groups of four, easier to type. */
export function grouped(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, '$1 ')
}
