import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useCallback, useEffect, useState } from 'react'
import { api } from '../api/client.ts'
import { codeFromAddress } from '../api/code-from-address.ts'
import { faultOf } from '../api/problem-words.ts'
import { onSessionNews } from '../api/session-fetch.ts'
import { Button } from '../look/button.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { Gate } from './gate.tsx'
import { type Challenge, SecondFactorForm } from './second-factor-form.tsx'
import styles from './sign-in.module.css'

/** Accepting an invitation: a name and a password, and one is in. */
export function InvitationPage() {
  const [code] = useState(codeFromAddress)
  const navigate = useNavigate()
  const client = useQueryClient()
  const [challenge, setChallenge] = useState<Challenge>()
  const enter = useCallback(() => {
    client.clear()
    void navigate({ to: '/', replace: true })
  }, [client, navigate])
  // The second factor, where the account has one, tells all tabs that the session began.
  useEffect(() => onSessionNews((news) => (news === 'began' ? enter() : undefined)), [enter])
  const { mutate, error, isPending } = useMutation({
    mutationFn: (body: Parameters<typeof api.acceptInvitation>[0]['body']) => api.acceptInvitation({ body }),
    onSuccess: (answer) => ('ticket' in answer ? setChallenge(answer) : enter()),
  })
  if (challenge !== undefined)
    return (
      <Gate title="You were invited" intro="Your account has a second factor: give it to come in.">
        <SecondFactorForm challenge={challenge} onAgain={() => setChallenge(undefined)} />
      </Gate>
    )
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    mutate({ code: typed(data, 'code').trim(), name: typed(data, 'name').trim(), password: typed(data, 'password') })
  }
  return (
    <Gate
      title="You were invited"
      intro="If you have an account here already, its password lets you in. Otherwise choose one."
    >
      <form className={styles['form']} onSubmit={submit}>
        <Field
          label="Invitation"
          name="code"
          defaultValue={code}
          required
          autoComplete="off"
          spellCheck={false}
          autoFocus={code === ''}
          error={faultOf(error, 'code')}
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
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          required
          hint="A new one has fifteen characters at least: several words are easy to remember."
          error={faultOf(error, 'password')}
        />
        {error === null ? null : <Problem error={error} />}
        <Button kind="primary" size="large" type="submit" busy={isPending}>
          Come in
        </Button>
      </form>
    </Gate>
  )
}
