import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { codeFromAddress } from '../api/code-from-address.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button, buttonClass } from '../look/button.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { Gate } from './gate.tsx'
import styles from './sign-in.module.css'

/** A new password for who forgot theirs: a code is asked for by address, and spent here. */
export function ResetPage() {
  const [code] = useState(codeFromAddress)
  const [hasCode, setHasCode] = useState(code !== '')
  return hasCode ? (
    <Complete code={code} onAgain={() => setHasCode(false)} />
  ) : (
    <Request onCode={() => setHasCode(true)} />
  )
}

function Request({ onCode }: { readonly onCode: () => void }) {
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: (email: string) => api.requestPasswordReset({ body: { email } }),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(typed(new FormData(event.currentTarget), 'email').trim())
  }
  if (isSuccess)
    return (
      <Gate
        title="Look into your mail"
        intro="If the address has an account here, a code is on its way to it. It is good for half an hour."
      >
        <Button kind="primary" size="large" onClick={onCode} autoFocus>
          Type the code
        </Button>
        <p className="faint">
          Nothing comes? Where no mail is set up, an administrator of your workspace gives you a code.
        </p>
      </Gate>
    )
  return (
    <Gate title="A new password" intro="We send a code to your address. Your second factor stays as it is.">
      <form className={styles['form']} onSubmit={submit}>
        <Field label="E-mail address" name="email" type="email" autoComplete="username" required autoFocus />
        {error === null ? null : <Problem error={error} />}
        <Button kind="primary" size="large" type="submit" busy={isPending}>
          Send a code
        </Button>
        <Button kind="bare" onClick={onCode}>
          I have a code
        </Button>
      </form>
      <ToSignIn />
    </Gate>
  )
}

function Complete({ code, onAgain }: { readonly code: string; readonly onAgain: () => void }) {
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: (body: Parameters<typeof api.completePasswordReset>[0]['body']) => api.completePasswordReset({ body }),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    mutate({ code: typed(data, 'code').trim(), password: typed(data, 'password') })
  }
  if (isSuccess)
    return (
      <Gate title="Your password is changed" intro="All of your sessions have ended. Sign in with the new one.">
        <Link to="/sign-in" replace className={buttonClass('primary', 'large')}>
          Sign in
        </Link>
      </Gate>
    )
  return (
    <Gate title="Choose a new password" intro="All of your sessions end with it.">
      <form className={styles['form']} onSubmit={submit}>
        <Field
          label="Code"
          name="code"
          defaultValue={code}
          required
          autoComplete="off"
          spellCheck={false}
          autoFocus={code === ''}
          error={faultOf(error, 'code')}
        />
        <Field
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={15}
          autoFocus={code !== ''}
          hint="Fifteen characters at least, and hard to guess: several words are easy to remember."
          error={faultOf(error, 'password')}
        />
        {error === null ? null : <Problem error={error} />}
        <Button kind="primary" size="large" type="submit" busy={isPending}>
          Change the password
        </Button>
        <Button kind="bare" onClick={onAgain}>
          Ask for another code
        </Button>
      </form>
      <ToSignIn />
    </Gate>
  )
}

function ToSignIn() {
  return (
    <Link to="/sign-in" className="link">
      Back to signing in
    </Link>
  )
}
