import { Link } from '@tanstack/react-router'
import { CheckIcon, XIcon } from 'lucide-react'
import { type ReactNode, Suspense, useCallback, useState } from 'react'
import { lazily } from '../look/lazily.ts'
import { useLetterKeys } from '../app/shortcuts.ts'
import { Button, buttonClass } from '../look/button.tsx'
import { Command } from '../look/command.tsx'
import { decidedTo } from '../pacr/record-words.ts'
import type { Dossier } from './dossier.ts'
import styles from './life.module.css'
import { MoreMenu } from './more-menu.tsx'
import { type NextStep, nextStep, waitsForWords } from './next-step.ts'

const ApproveDialog = lazily(async () => (await import('../pacr/approve-dialog.tsx')).ApproveDialog)
const ProposeDialog = lazily(async () => (await import('../pacr/propose-dialog.tsx')).ProposeDialog)
const ConfirmDialog = lazily(async () => (await import('../ace/confirm-dialog.tsx')).ConfirmDialog)
const DismissDialog = lazily(async () => (await import('../ace/dismiss-dialog.tsx')).DismissDialog)
const ClosureDialog = lazily(async () => (await import('./closure-dialog.tsx')).ClosureDialog)

type Verdict = 'approve' | 'reject'
type Asking = Verdict | 'propose' | 'confirm' | 'dismiss' | 'verify' | 'close'

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

interface WordsProps {
  readonly step: NextStep
  readonly dossier: Dossier
  readonly ask: (what: Asking) => void
}

function StepWords({ step, dossier, ask }: WordsProps): ReactNode {
  const { change, reader, life } = dossier
  switch (step.kind) {
    case 'approve':
      return (
        <Step
          title="Your approval is asked for"
          text={
            <>
              You approve the decision <b>{decidedTo(step.decision.decisionDetail)}</b>, on this evidence as it is now.
            </>
          }
        >
          <Button kind="primary" size="large" onClick={() => ask('approve')}>
            <CheckIcon aria-hidden />
            Approve
          </Button>
          <Button size="large" onClick={() => ask('reject')}>
            <XIcon aria-hidden />
            Reject
          </Button>
        </Step>
      )
    case 'confirm':
      return (
        <Step
          title="Is it real?"
          text="Confirm that this change is one, and say what it could do. Dismiss it if it is none."
        >
          <Button kind="primary" size="large" onClick={() => ask('confirm')}>
            Confirm
          </Button>
          <Button size="large" onClick={() => ask('dismiss')}>
            Dismiss
          </Button>
        </Step>
      )
    case 'assess':
      return (
        <Step
          title="Measure what it does"
          text="Bring an evaluation of before and one of after: two files of the same cases."
        >
          <Link to="/changes/$id/assess" params={{ id: change.id }} className={buttonClass('primary', 'large')}>
            Assess
          </Link>
          {reader.mayPropose ? (
            <Button size="large" onClick={() => ask('propose')}>
              Decide without
            </Button>
          ) : null}
        </Step>
      )
    case 'propose':
      return (
        <Step
          title="Say what to do"
          text="Propose a decision with your reasons. Somebody else approves it, and then it is sealed."
        >
          <Button kind="primary" size="large" onClick={() => ask('propose')}>
            Propose a decision
          </Button>
        </Step>
      )
    case 'deploy':
      return (
        <>
          <Step title="It may run" text={waitsForWords(life.waitsFor) ?? 'Deploy it. AfterAI notices when it runs.'} />
          {step.command === null ? null : <Command text={`npx ${step.command}`} />}
        </>
      )
    case 'broken':
      return (
        <Step
          title="A condition is broken"
          text={
            <>
              “{step.condition}” doesn’t hold any more, so the gate refuses what was decided. It waits for another
              decision.
            </>
          }
        >
          {step.mayDecide ? (
            <Button kind="primary" size="large" onClick={() => ask('propose')}>
              Decide again
            </Button>
          ) : null}
        </Step>
      )
    case 'verify':
      return (
        <Step
          title="Does it do what it should?"
          text={
            waitsForWords(life.waitsFor) ?? 'Say whether what runs does what it was decided for, and by which evidence.'
          }
        >
          <Button kind="primary" size="large" onClick={() => ask('verify')}>
            Say so
          </Button>
        </Step>
      )
    case 'close':
      return (
        <Step title="Close its life" text="A last sealed entry says how it ended.">
          <Button kind="primary" size="large" onClick={() => ask('close')}>
            Close the change
          </Button>
        </Step>
      )
    default:
      return (
        <Step title={step.title} text={step.text}>
          {life.recordId === null ? null : (
            <Link to="/records/$id" params={{ id: life.recordId }} className={buttonClass('plain', 'large')}>
              Read the record
            </Link>
          )}
        </Step>
      )
  }
}

function Step({
  title,
  text,
  children,
}: {
  readonly title: string
  readonly text: ReactNode
  readonly children?: ReactNode
}) {
  return (
    <>
      <h2>{title}</h2>
      <p>{text}</p>
      {children === undefined || children === null ? null : <div className={styles['acts']}>{children}</div>}
    </>
  )
}
