import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { codeFromAddress } from '../api/code-from-address.ts'
import { faultOf } from '../api/problem-words.ts'
import { Gate } from '../identity/gate.tsx'
import styles from '../identity/sign-in.module.css'
import { Button } from '../look/button.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { hasPasskeys } from '../identity/passkey.ts'
import { OfferPasskey } from './offer-passkey.tsx'
import { goToSample } from './to-sample.ts'

/** The first account of a new instance, by the set-up code that the server printed at its first start. */
export function SetUpPage() {
  const [code] = useState(codeFromAddress)
  const client = useQueryClient()
  const { mutate, error, isPending, isSuccess } = useMutation({
    mutationFn: (body: Parameters<typeof api.setUp>[0]['body']) => api.setUp({ body }),
    onSuccess: () => {
      client.clear()
      return hasPasskeys() ? undefined : goToSample()
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const text = (name: string) => typed(data, name).trim()
    mutate({ code: text('code'), email: text('email'), name: text('name'), password: typed(data, 'password') })
  }
  if (isSuccess && hasPasskeys()) return <OfferPasskey onDone={() => void goToSample()} />
  return (
    <Gate
      title="Set up AfterAI"
      intro="You become the first administrator. The server printed a set-up code when it first started: it works once."
    >
      <form className={styles['form']} onSubmit={submit}>
        <Field
          label="Set-up code"
          name="code"
          defaultValue={code}
          autoComplete="off"
          spellCheck={false}
          required
          autoFocus={code === ''}
          error={faultOf(error, 'code')}
          hint="In the terminal in which the server runs, and in the file that it names there."
        />
        <Field
          label="Your name"
          name="name"
          autoComplete="name"
          required
          autoFocus={code !== ''}
          error={faultOf(error, 'name')}
        />
        <Field
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="username"
          required
          error={faultOf(error, 'email')}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={15}
          error={faultOf(error, 'password')}
          hint="Fifteen characters at least, and hard to guess: several words are easy to remember."
        />
        {error === null ? null : <Problem error={error} />}
        <Button kind="primary" size="large" type="submit" busy={isPending}>
          Set up and sign in
        </Button>
      </form>
    </Gate>
  )
}
