import { useMutation } from '@tanstack/react-query'
import { KeyRoundIcon } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { tellSession } from '../api/session-fetch.ts'
import { Button } from '../look/button.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { useOfferedPasskey } from './offered-passkey.ts'
import { askForPasskey, type Assertion, hasPasskeys } from './passkey.ts'
import { type Challenge, SecondFactorForm } from './second-factor-form.tsx'
import styles from './sign-in.module.css'

/** Signing in by password and second factor, or by a passkey alone. All tabs are told when it is done. */
export function SignInForm({ tenant }: { readonly tenant?: string | undefined }) {
  const [challenge, setChallenge] = useState<Challenge>()
  const there = tenant === undefined || tenant === '' ? {} : { tenant }
  const byPassword = useMutation({
    mutationFn: (typed: { readonly email: string; readonly password: string }) =>
      api.signIn({ body: { ...typed, ...there } }),
    onSuccess: (answer) => ('ticket' in answer ? setChallenge(answer) : tellSession('began')),
  })
  const byPasskey = useMutation({
    mutationFn: async (given: Assertion | undefined) => {
      const assertion = given ?? (await askForPasskey(await api.getSignInPasskeyOptions({ body: {} })))
      return api.signInWithPasskey({ body: { assertion, ...there } })
    },
    onSuccess: () => tellSession('began'),
  })
  const takeBack = useOfferedPasskey((assertion) => byPasskey.mutate(assertion))
  function askNow() {
    takeBack()
    byPasskey.mutate(undefined)
  }
  if (challenge !== undefined) return <SecondFactorForm challenge={challenge} onAgain={() => setChallenge(undefined)} />
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    byPassword.mutate({ email: typed(data, 'email'), password: typed(data, 'password') })
  }
  return (
    <form className={styles['form']} onSubmit={submit}>
      <Field label="E-mail address" name="email" type="email" autoComplete="username webauthn" required autoFocus />
      <Field label="Password" name="password" type="password" autoComplete="current-password" required />
      {byPassword.error === null ? null : <Problem error={byPassword.error} />}
      <Button kind="primary" size="large" type="submit" busy={byPassword.isPending}>
        Sign in
      </Button>
      {hasPasskeys() ? (
        <>
          <Button size="large" busy={byPasskey.isPending} onClick={askNow}>
            <KeyRoundIcon aria-hidden />
            Sign in with a passkey
          </Button>
          {byPasskey.error === null ? null : byPasskey.error instanceof DOMException ? (
            <p role="alert">No passkey was given. Try again, or use your password.</p>
          ) : (
            <Problem error={byPasskey.error} />
          )}
        </>
      ) : null}
    </form>
  )
}
