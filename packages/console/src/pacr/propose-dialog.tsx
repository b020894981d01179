import type { Operations } from '@afterai/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { withProof } from '../identity/step-up.tsx'
import type { Dossier } from '../life/dossier.ts'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Field, Select, TextArea } from '../look/field.tsx'
import { FormDialog } from '../look/form-dialog.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import { decisionHeading } from './record-words.ts'

type Proposal = Operations['proposeDecision']['body']

const details = [
  ['act', 'approve'],
  ['act', 'approve_with_conditions'],
  ['act', 'accept_risk'],
  ['not_act', 'reject'],
  ['not_act', 'defer'],
  ['not_act', 'rollback'],
] as const satisfies readonly (readonly [Proposal['decision'], Proposal['decisionDetail']])[]

/** Proposing what to do about a change: the decision, its reasons, conditions, the way back. */
export function ProposeDialog({ dossier, onClose }: { readonly dossier: Dossier; readonly onClose: () => void }) {
  const { change, assessments, records } = dossier
  const client = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const [detail, setDetail] = useState<Proposal['decisionDetail']>('approve')
  const [reasons, setReasons] = useState('')
  const [conditions, setConditions] = useState('')
  const [backout, setBackout] = useState('')
  const [reviewBy, setReviewBy] = useState('')
  // The proposal rests on what was there to be read when its reasons were begun; what comes meanwhile has to be read first.
  const [newest] = assessments
  const [read, setRead] = useState(newest?.id)
  const isStale = read !== newest?.id
  const { mutate, error, isPending } = useMutation({
    mutationFn: () =>
      withProof(() => api.proposeDecision({ path: { id: change.id }, body: proposal(), idempotencyKey: key })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['change', change.id] })
      void client.invalidateQueries({ queryKey: ['inbox'] })
      tell('Proposed', 'An approver who isn’t you decides on it.')
      onClose()
    },
  })
  function proposal(): Proposal {
    const lines = conditions
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
    const [superseded] = records
    return {
      decision: details.find(([, it]) => it === detail)?.[0] ?? 'act',
      decisionDetail: detail,
      justification: reasons.trim(),
      conditions: lines,
      assessmentIds: read === undefined ? [] : [read],
      ...(backout.trim() === '' ? {} : { backoutPlan: backout.trim() }),
      ...(reviewBy === '' ? {} : { reviewBy }),
      ...(superseded === undefined ? {} : { supersedes: superseded.id }),
    }
  }
  return (
    <FormDialog
      title="Propose a decision"
      act="Propose"
      busy={isPending}
      instead={
        isStale ? (
          <Button kind="primary" onClick={() => setRead(newest?.id)}>
            I have read what is new
          </Button>
        ) : undefined
      }
      onSend={() => mutate()}
      onClose={onClose}
    >
      {isStale ? (
        <b role="alert">
          There is a new assessment since you opened this. Read it on the page behind, see whether your reasons still
          hold; then go on.
        </b>
      ) : null}
      {read === undefined ? (
        <p>
          <Warning word="No evidence" /> It rests on no assessment, and the record will say so.
        </p>
      ) : null}
      <Select
        label="Decision"
        value={detail}
        options={details.map(([, value]) => ({ value, label: decisionHeading(value) }))}
        onChange={(value) => setDetail(value as Proposal['decisionDetail'])}
        error={faultOf(error, 'decisionDetail')}
      />
      <TextArea
        label="Reasons"
        hint="Sealed in the record. Who reads it in a year has nothing else."
        rows={5}
        required
        maxLength={10_000}
        value={reasons}
        onChange={(event) => setReasons(event.target.value)}
        error={faultOf(error, 'justification')}
      />
      <TextArea
        label="Conditions"
        hint="One on each line. Somebody ticks each off later."
        value={conditions}
        onChange={(event) => setConditions(event.target.value)}
        error={faultOf(error, 'conditions')}
      />
      <TextArea
        label="How to go back"
        rows={2}
        value={backout}
        onChange={(event) => setBackout(event.target.value)}
        error={faultOf(error, 'backoutPlan')}
      />
      <Field
        label="Review by"
        type="date"
        hint="From then on the decision is open again."
        value={reviewBy}
        onChange={(event) => setReviewBy(event.target.value)}
        error={faultOf(error, 'reviewBy')}
      />
      {error === null ? null : <Problem error={error} />}
    </FormDialog>
  )
}
