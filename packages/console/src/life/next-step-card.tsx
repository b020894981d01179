import { Suspense, useCallback, useState } from 'react'
import { lazily } from '../look/lazily.ts'
import { useLetterKeys } from '../app/shortcuts.ts'
import type { Dossier } from './dossier.ts'
import { GateLine } from './gate-line.tsx'
import styles from './life.module.css'
import { MoreMenu } from './more-menu.tsx'
import { nextStep } from './next-step.ts'
import { type Asking, StepWords, type Verdict } from './step-words.tsx'

const ApproveDialog = lazily(async () => (await import('../pacr/approve-dialog.tsx')).ApproveDialog)
const ProposeDialog = lazily(async () => (await import('../pacr/propose-dialog.tsx')).ProposeDialog)
const ConfirmDialog = lazily(async () => (await import('../ace/confirm-dialog.tsx')).ConfirmDialog)
const DismissDialog = lazily(async () => (await import('../ace/dismiss-dialog.tsx')).DismissDialog)
const ClosureDialog = lazily(async () => (await import('./closure-dialog.tsx')).ClosureDialog)

/** Exactly one thing that the reader can do now, or for whom the change waits. */
export function NextStepCard({ dossier }: { readonly dossier: Dossier }) {
  const step = nextStep(dossier)
  const [asking, setAsking] = useState<Asking>()
  // The decision that the dialog was opened for stays the one it is about, whatever is proposed meanwhile.
  const [judged, setJudged] = useState<{ readonly id: string; readonly verdict: Verdict }>()
  const decision = dossier.decisions.find(({ id }) => id === judged?.id)
  const proposed = step.kind === 'approve' ? step.decision.id : undefined
  const ask = useCallback(
    (what: Asking) => {
      if (what !== 'approve' && what !== 'reject') setAsking(what)
      else if (proposed !== undefined) setJudged({ id: proposed, verdict: what })
    },
    [proposed],
  )
  const close = () => setAsking(undefined)
  useLetterKeys(
    useCallback(
      (key) => {
        if (step.kind === 'approve' && (key === 'a' || key === 'r')) ask(key === 'a' ? 'approve' : 'reject')
        if (step.kind === 'confirm' && (key === 'c' || key === 'x')) ask(key === 'c' ? 'confirm' : 'dismiss')
        if ('1234'.includes(key))
          document
            .getElementById(['change', 'assessment', 'decision', 'record'][Number(key) - 1] ?? '')
            ?.scrollIntoView()
      },
      [step.kind, ask],
    ),
  )
  return (
    <div className={styles['next']}>
      <StepWords step={step} dossier={dossier} ask={ask} />
      <GateLine gate={dossier.gate} changeId={dossier.change.id} />
      <MoreMenu dossier={dossier} />
      <Suspense>
        {judged === undefined || decision === undefined ? null : (
          <ApproveDialog
            decision={decision}
            changeId={dossier.change.id}
            verdict={judged.verdict}
            onClose={() => setJudged(undefined)}
          />
        )}
        {asking === 'propose' ? <ProposeDialog dossier={dossier} onClose={close} /> : null}
        {asking === 'confirm' ? <ConfirmDialog changes={[dossier.change]} onClose={close} /> : null}
        {asking === 'dismiss' ? <DismissDialog changes={[dossier.change]} onClose={close} /> : null}
        {asking === 'verify' || asking === 'close' ? (
          <ClosureDialog dossier={dossier} what={asking} onClose={close} />
        ) : null}
      </Suspense>
    </div>
  )
}
