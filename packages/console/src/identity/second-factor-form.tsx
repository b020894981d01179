import type { Operations } from '@afterai/client'
import { useMutation } from '@tanstack/react-query'
import { KeyRoundIcon } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { tellSession } from '../api/session-fetch.ts'
import { Button } from '../look/button.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { askForPasskey } from './passkey.ts'
import styles from './sign-in.module.css'

/** What the server asks for after a password. */
export type Challenge = Extract<Operations['signIn']['answer'], { readonly ticket: string }>
type Proof = Operations['completeSignIn']['body']['proof']

/** The second half of signing in: a code, a passkey or a recovery code. */
export function SecondFactorForm({
  challenge,
  onAgain,
}: {
  readonly challenge: Challenge
  readonly onAgain: () => void
}) {
  const { ticket, methods } = challenge
  const [isRecovering, setRecovering] = useState(!methods.includes('totp') && !methods.includes('passkey'))
  const complete = useMutation({
    mutationFn: (proof: Proof) => api.completeSignIn({ body: { ticket, proof } }),
    onSuccess: () => tellSession('began'),
  })
  const byPasskey = useMutation({
    mutationFn: async () => askForPasskey(await api.getSecondFactorPasskeyOptions({ body: { ticket } })),
    onSuccess: (assertion) => complete.mutate({ method: 'passkey', assertion }),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const code = typed(new FormData(event.currentTarget), 'code').trim()
    complete.mutate({ method: isRecovering ? 'recovery_code' : 'totp', code })
  }
  const asksForCode = isRecovering || methods.includes('totp')
  return (
    <form className={styles['form']} onSubmit={submit}>
      {asksForCode ? (
        <>
          <Field
            key={String(isRecovering)}
            label={isRecovering ? 'Recovery code' : 'Code of your authenticator'}
            name="code"
            inputMode={isRecovering ? 'text' : 'numeric'}
            autoComplete="one-time-code"
            required
            autoFocus
          />
          <Button kind="primary" size="large" type="submit" busy={complete.isPending}>
            Sign in
          </Button>
        </>
      ) : null}
      {methods.includes('passkey') ? (
        <Button size="large" busy={byPasskey.isPending} onClick={() => byPasskey.mutate()}>
          <KeyRoundIcon aria-hidden />
          Use a passkey
        </Button>
      ) : null}
      {complete.error === null ? null : <Problem error={complete.error} />}
      {byPasskey.error instanceof DOMException ? <p role="alert">No passkey was given.</p> : null}
      {methods.includes('recovery_code') && !isRecovering ? (
        <Button kind="bare" onClick={() => setRecovering(true)}>
          Use a recovery code
        </Button>
      ) : null}
      <Button kind="bare" onClick={onAgain}>
        Begin again
      </Button>
    </form>
  )
}
