import { Link } from '@tanstack/react-router'
import { CheckIcon, XIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, buttonClass } from '../look/button.tsx'
import { Command } from '../look/command.tsx'
import { decidedTo } from '../pacr/record-words.ts'
import { rulingWords } from '../systems/ruling-words.ts'
import type { Dossier } from './dossier.ts'
import { HeldWords } from './held-words.tsx'
import styles from './life.module.css'
import { type NextStep, waitsForWords } from './next-step.ts'

/** What an approver can say. */
export type Verdict = 'approve' | 'reject'
/** The dialog that a step asks for. */
export type Asking = Verdict | 'propose' | 'confirm' | 'dismiss' | 'verify' | 'close'

interface WordsProps {
  readonly step: NextStep
  readonly dossier: Dossier
  readonly ask: (what: Asking) => void
}

/** The next step in words, with what the reader can do about it. */
export function StepWords({ step, dossier, ask }: WordsProps): ReactNode {
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
          <Step
            title={rulingWords[step.gate.cause].title}
            text="It waits for its deployment. AfterAI notices when it runs."
          />
          {step.command === null ? null : <Command text={`npx ${step.command}`} />}
        </>
      )
    case 'held':
      return (
        <>
          <Step title={rulingWords[step.gate.cause].title} text={<HeldWords step={step} dossier={dossier} />}>
            {step.mayDecide && rulingWords[step.gate.cause].act !== 'go_back' ? (
              <Button kind="primary" size="large" onClick={() => ask('propose')}>
                {rulingWords[step.gate.cause].act === 'decide_again' ? 'Decide again' : 'Propose a decision'}
              </Button>
            ) : null}
          </Step>
          {step.command === null ? null : <Command text={`npx ${step.command}`} />}
        </>
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
    case 'failed':
      return (
        <Step title="It doesn’t do what it should" text={`Found by this: ${step.evidence}`}>
          {step.mayDecide ? (
            <Button kind="primary" size="large" onClick={() => ask('propose')}>
              Decide again
            </Button>
          ) : null}
          {reader.mayClose ? (
            <Button size="large" onClick={() => ask('close')}>
              Close the change
            </Button>
          ) : null}
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
