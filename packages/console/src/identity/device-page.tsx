import type { Operations } from '@afterai/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { exact } from '../api/instants.ts'
import { faultOf } from '../api/problem-words.ts'
import { useMe } from '../app/me.ts'
import { SessionGuard } from '../app/session-guard.tsx'
import { Button } from '../look/button.tsx'
import { Facts } from '../look/card.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { Exactly } from '../look/time.tsx'
import { Gate } from './gate.tsx'
import { roleWords } from './roles.ts'
import styles from './sign-in.module.css'
import { StepUpDialog, withProof } from './step-up.tsx'

interface Asked {
  readonly code: string
  readonly by: Operations['lookUpDevice']['answer']
}

/** Approving a program that waits to be signed in (RFC 8628): its code, who asks, what it would be given. */
export function DevicePage() {
  const [asked, setAsked] = useState<Asked>()
  const [answered, setAnswered] = useState<Operations['decideDevice']['answer']>()
  return (
    <>
      {answered !== undefined ? (
        <Answered {...answered} />
      ) : asked !== undefined ? (
        <Decide asked={asked} onAnswer={setAnswered} onBack={() => setAsked(undefined)} />
      ) : (
        <TypeCode onFound={setAsked} />
      )}
      <SessionGuard />
      <StepUpDialog />
    </>
  )
}

/** A code that came with the address is looked up when the reader says so: a link alone asks nothing in their name. */
function TypeCode({ onFound }: { readonly onFound: (asked: Asked) => void }) {
  const { code } = useSearch({ from: '/device' })
  const { mutate, error, isPending } = useMutation({
    mutationFn: async (userCode: string) => ({
      code: userCode,
      by: await api.lookUpDevice({ body: { userCode } }),
    }),
    onSuccess: onFound,
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate(typed(new FormData(event.currentTarget), 'code').trim().toUpperCase())
  }
  return (
    <Gate title="Sign in a program" intro="A terminal of yours shows a code. Type it here, or compare it.">
      <form className={styles['form']} onSubmit={submit}>
        <Field
          label="Code"
          name="code"
          defaultValue={code}
          hint="Eight letters, as in BCDF-GHJK."
          required
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          autoFocus
          error={faultOf(error, 'userCode')}
        />
        {error === null ? null : <Problem error={error} />}
        <Button kind="primary" size="large" type="submit" busy={isPending}>
          Go on
        </Button>
      </form>
    </Gate>
  )
}

function Decide({
  asked: { code, by },
  onAnswer,
  onBack,
}: {
  readonly asked: Asked
  readonly onAnswer: (answer: Operations['decideDevice']['answer']) => void
  readonly onBack: () => void
}) {
  const me = useMe()
  const { data: session } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => api.getSession({ signal }),
  })
  const { mutate, error, isPending, variables } = useMutation({
    mutationFn: (verdict: 'approve' | 'deny') =>
      withProof(() => api.decideDevice({ body: { userCode: code, verdict } })),
    onSuccess: onAnswer,
  })
  return (
    <Gate
      title="Sign this program in?"
      intro="Approve it only if you began this yourself, a moment ago, and your terminal shows this code."
    >
      <Facts
        of={[
          ['Code', <b key="code">{code}</b>],
          ['Program', by.clientLabel],
          ['From', by.address],
          ['Asked', <Exactly key="asked" at={by.requestedAt} />],
          ['It may', `act as you, ${me.name}, in ${me.tenant.name} (${me.role}: ${roleWords[me.role]})`],
          ['Until', session === undefined ? undefined : `${exact(session.endsAt)}, or until you end its session`],
        ]}
      />
      {error === null ? null : <Problem error={error} />}
      <div className={styles['choice']}>
        <Button size="large" busy={isPending && variables === 'deny'} onClick={() => mutate('deny')}>
          Deny
        </Button>
        <Button
          kind="primary"
          size="large"
          busy={isPending && variables === 'approve'}
          onClick={() => mutate('approve')}
        >
          Approve
        </Button>
      </div>
      <Button kind="bare" onClick={onBack}>
        Another code
      </Button>
    </Gate>
  )
}

function Answered({ verdict, clientLabel }: Operations['decideDevice']['answer']) {
  return verdict === 'approve' ? (
    <Gate
      title="Approved"
      intro={`${clientLabel} is signed in within some seconds. You can close this window. Its session is among yours in Settings.`}
    >
      <p role="status" className="unseen">
        Approved
      </p>
    </Gate>
  ) : (
    <Gate title="Denied" intro={`${clientLabel} was given nothing. You can close this window.`}>
      <p role="status" className="unseen">
        Denied
      </p>
    </Gate>
  )
}
