import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { codeFromAddress } from '../api/code-from-address.ts'
import { faultOf } from '../api/problem-words.ts'
import { Button } from '../look/button.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { Gate } from './gate.tsx'
import styles from './sign-in.module.css'

/** Accepting an invitation: a name and a password, and one is in. */
export function InvitationPage() {
  const [code] = useState(codeFromAddress)
  const navigate = useNavigate()
  const client = useQueryClient()
  const { mutate, error, isPending } = useMutation({
    mutationFn: (body: Parameters<typeof api.acceptInvitation>[0]['body']) => api.acceptInvitation({ body }),
    onSuccess: (answer) => {
      client.clear()
      void navigate({ to: 'ticket' in answer ? '/sign-in' : '/', replace: true })
    },
  })
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
          minLength={8}
          hint="Eight characters at least, and hard to guess."
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
