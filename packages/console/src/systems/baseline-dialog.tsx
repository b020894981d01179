import type { Standing } from '@afterai/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Facts } from '../look/card.tsx'
import { Dialog } from '../look/dialog.tsx'
import { TextArea } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { configurationRows } from './configuration-rows.ts'
import styles from './systems.module.css'

interface BaselineProps {
  readonly item: Standing & { readonly fingerprint: string }
  readonly onClose: () => void
}

/** Accepting what runs as where the record begins: what it is, and what is claimed by that. */
export function BaselineDialog({ item: { system, environment, fingerprint }, onClose }: BaselineProps) {
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [reason, setReason] = useState('')
  const configuration = useQuery({
    queryKey: ['configurations', fingerprint],
    queryFn: ({ signal }) => api.getConfiguration({ path: { fingerprint }, signal }),
  })
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      withProof(() =>
        api.acceptBaseline({
          path: { name: system, environment },
          body: { fingerprint, reason: reason.trim() },
          idempotencyKey: key,
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['standings'] })
      void client.invalidateQueries({ queryKey: ['inbox'] })
      tell('Accepted', `${system} · ${environment}`)
      onClose()
    },
  })
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    mutate()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Accept what runs in ${environment}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="accept-baseline" busy={isPending}>
            Accept as the baseline
          </Button>
        </>
      }
    >
      <p>
        You say that this is where the record of {environment} begins. You don’t say that it was assessed, or that two
        people agreed to it: reports name it an accepted baseline, never a decision. What changes from here on is held
        against it.
      </p>
      {configuration.error === null ? null : <Problem error={configuration.error} />}
      {configuration.data === undefined ? null : (
        <div className={styles['seen']}>
          <Facts of={configurationRows(configuration.data.configuration)} />
        </div>
      )}
      <form id="accept-baseline" onSubmit={submit}>
        <TextArea
          label="Reason"
          hint="Why it may serve as the beginning: since when it has served, who looked at it."
          required
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          error={faultOf(error, 'reason')}
        />
      </form>
      {error === null ? null : <Problem error={error} />}
    </Dialog>
  )
}
