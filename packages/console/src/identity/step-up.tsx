import { ApiProblem, type Operations } from '@afterai/client'
import { useMutation } from '@tanstack/react-query'
import { KeyRoundIcon } from 'lucide-react'
import { type FormEvent, useSyncExternalStore } from 'react'
import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Field } from '../look/field.tsx'
import { typed } from '../look/form-text.ts'
import { Problem } from '../look/problem.tsx'
import { askForPasskey, hasPasskeys } from './passkey.ts'
import { ProviderProofDialog } from './provider-proof-dialog.tsx'
import styles from './sign-in.module.css'

type Proof = Operations['stepUp']['body']

interface Asked {
  /** Whose proof is asked for: the reader's own factors, or the identity provider that signed them in. */
  readonly of: 'own' | 'provider'
  readonly settle: (isProved: boolean) => void
}

let asked: Asked | undefined
const listeners = new Set<() => void>()

/**
 * Does something that the server wants a fresh proof for: where it asks, the reader shows in place that it is them, and it is done again.
 * @throws ApiProblem `step_up_required` or `provider_proof_required` if the reader does not
 */
export async function withProof<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const of = error instanceof ApiProblem ? wanted[error.code] : undefined
    if (of === undefined || !(await proved(of))) throw error
    return act()
  }
}

const wanted: Readonly<Record<string, Asked['of']>> = {
  step_up_required: 'own',
  provider_proof_required: 'provider',
}

function proved(of: Asked['of']): Promise<boolean> {
  return new Promise((settle) => {
    set({
      of,
      settle: (isProved) => {
        set(undefined)
        settle(isProved)
      },
    })
  })
}

function set(next: Asked | undefined): void {
  asked = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The dialog in which the reader shows again that it is them. Once on each page of somebody who is signed in. */
export function StepUpDialog() {
  const current = useSyncExternalStore(subscribe, () => asked)
  if (current === undefined) return null
  return current.of === 'own' ? (
    <OwnProofDialog settle={current.settle} />
  ) : (
    <ProviderProofDialog onClose={() => current.settle(false)} />
  )
}

/** A passkey first, else the password, with a code where there is one. */
function OwnProofDialog({ settle }: { readonly settle: Asked['settle'] }) {
  const step = useMutation({ mutationFn: (body: Proof) => api.stepUp({ body }), onSuccess: () => settle(true) })
  const byPasskey = useMutation({
    mutationFn: async () => askForPasskey(await api.getStepUpPasskeyOptions({ body: {} })),
    onSuccess: (assertion) => step.mutate({ method: 'passkey', assertion }),
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const code = typed(data, 'code').trim()
    step.mutate({ method: 'password', password: typed(data, 'password'), ...(code === '' ? {} : { code }) })
  }
  const footer = (
    <>
      <Button onClick={() => settle(false)}>Cancel</Button>
      <Button kind="primary" type="submit" form="step-up" busy={step.isPending}>
        Go on
      </Button>
    </>
  )
  return (
    <Dialog open onClose={() => settle(false)} title="Show again that it is you" footer={footer}>
      <p className="soft">What you are about to do asks for a fresh proof. It then holds for ten minutes.</p>
      {hasPasskeys() ? (
        <Button size="large" busy={byPasskey.isPending} onClick={() => byPasskey.mutate()}>
          <KeyRoundIcon aria-hidden />
          Use a passkey
        </Button>
      ) : null}
      {byPasskey.error === null ? null : byPasskey.error instanceof DOMException ? (
        <p role="alert">No passkey was given.</p>
      ) : (
        <Problem error={byPasskey.error} />
      )}
      <form id="step-up" className={styles['form']} onSubmit={submit}>
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <Field
          label="Code of your authenticator"
          hint="Only if you have one set up."
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
        />
        {step.error === null ? null : <Problem error={step.error} />}
      </form>
    </Dialog>
  )
}
