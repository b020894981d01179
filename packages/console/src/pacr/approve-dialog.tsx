import { ApiProblem, type Decision } from '@afterai/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ShieldCheckIcon, XIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { faultOf } from '../api/problem-words.ts'
import { withProof } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'
import { Copyable, shortDigest } from '../look/copyable.tsx'
import { TextArea } from '../look/field.tsx'
import { FormDialog } from '../look/form-dialog.tsx'
import { Problem } from '../look/problem.tsx'
import { tell } from '../look/toast.tsx'
import styles from './approve-dialog.module.css'
import { decidedTo } from './record-words.ts'

interface ApproveProps {
  readonly decision: Decision
  readonly changeId: string
  readonly verdict: 'approve' | 'reject'
  readonly onClose: () => void
}

/**
 * Approving or rejecting a decision. It binds to the evidence that the reader saw when the dialog opened: what came since is said beside
 * it and has to be agreed to anew; nothing that was typed is lost.
 */
export function ApproveDialog({ decision, changeId, verdict, onClose }: ApproveProps) {
  const client = useQueryClient()
  const [seen, setSeen] = useState(decision.evidenceDigest)
  const [key, setKey] = useState(() => crypto.randomUUID())
  const [comment, setComment] = useState('')
  const isStale = seen !== decision.evidenceDigest
  const { mutate, error, isPending, isSuccess, reset } = useMutation({
    mutationFn: () =>
      withProof(() =>
        api.approveDecision({
          path: { id: decision.id },
          body: { verdict, evidenceDigest: seen, ...(comment.trim() === '' ? {} : { comment: comment.trim() }) },
          idempotencyKey: key,
        }),
      ),
    onSuccess: async (approved) => {
      await client.invalidateQueries({ queryKey: ['change', changeId] })
      void client.invalidateQueries({ queryKey: ['inbox'] })
      tell(...outcome(approved, verdict))
      onClose()
    },
    onError: (problem) => {
      if (problem instanceof ApiProblem && problem.code === 'evidence_changed')
        void client.invalidateQueries({ queryKey: ['change', changeId] })
    },
  })
  function lookAgain() {
    setSeen(decision.evidenceDigest)
    setKey(crypto.randomUUID())
    reset()
  }
  const isApproval = verdict === 'approve'
  // Somebody else was sooner: what was typed stays to be read and copied.
  const isSettled = decision.status !== 'proposed' && !isPending && !isSuccess
  return (
    <FormDialog
      title={
        isApproval
          ? `Approve the decision ${decidedTo(decision.decisionDetail)}`
          : `Reject the decision ${decidedTo(decision.decisionDetail)}`
      }
      act={
        <>
          {isApproval ? <ShieldCheckIcon aria-hidden /> : <XIcon aria-hidden />}
          {isApproval ? (decision.approvalsMissing > 1 ? 'Approve' : 'Approve and seal') : 'Reject'}
        </>
      }
      kind={isApproval ? 'primary' : 'danger'}
      busy={isPending}
      instead={
        isSettled ? null : isStale ? (
          <Button kind="primary" onClick={lookAgain}>
            I have read what is new
          </Button>
        ) : undefined
      }
      onSend={() => mutate()}
      onClose={onClose}
    >
      <p className="soft">
        {isApproval
          ? decision.approvalsMissing > 1
            ? `After yours, ${decision.approvalsMissing - 1} more ${decision.approvalsMissing === 2 ? 'approval is' : 'approvals are'} needed before it is sealed.`
            : 'This seals the record. It can be superseded later, never altered.'
          : 'The decision falls. Its author can propose another.'}
      </p>
      <div className={styles['binds']}>
        <span className="faint">{isApproval ? 'Your approval' : 'Your rejection'} binds to</span>
        <Copyable text={seen} shown={shortDigest(seen)} what="the digest of the evidence" />
        {isSettled ? (
          <b role="alert">Somebody else was sooner: the decision is {settledWords[decision.status]} already.</b>
        ) : isStale ? (
          <b role="alert">There is new evidence since you opened this. Read it on the page behind; then go on.</b>
        ) : (
          <span className="soft">The change and {evidenceWords(decision)}, as they are now.</span>
        )}
      </div>
      <TextArea
        label={isApproval ? 'Comment' : 'Why'}
        hint={isApproval ? 'Sealed in the record, with your name.' : undefined}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
        maxLength={2000}
        error={faultOf(error, 'comment')}
      />
      {error === null || isStale ? null : <Problem error={error} />}
    </FormDialog>
  )
}

const settledWords: Readonly<Record<Decision['status'], string>> = {
  proposed: 'proposed',
  approved: 'approved',
  rejected: 'rejected',
}

function evidenceWords({ assessmentIds }: Decision): string {
  if (assessmentIds.length === 0) return 'no assessment'
  return assessmentIds.length === 1 ? 'one assessment' : `${assessmentIds.length} assessments`
}

function outcome(
  { status, approvalsMissing }: Decision,
  verdict: 'approve' | 'reject',
): [title: string, description: string] {
  if (verdict === 'reject') return ['Rejected', 'Its author can propose another decision.']
  return status === 'approved'
    ? ['Approved and sealed', 'The record is signed, and goes into the log.']
    : ['Approved', `${approvalsMissing} more ${approvalsMissing === 1 ? 'approval is' : 'approvals are'} needed.`]
}
