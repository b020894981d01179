import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Diff } from '../ace/diff.tsx'
import { grouped, unchangedValues } from '../ace/delta.ts'
import { useMay } from '../app/me.ts'
import { AssessmentCard } from '../aura/assessment-card.tsx'
import { SampleNote } from '../first-run/sample-note.tsx'
import { PlanCard } from '../aura/plan-card.tsx'
import { AroundChange } from '../capture/around-change.tsx'
import { buttonClass } from '../look/button.tsx'
import { Command } from '../look/command.tsx'
import { Ago } from '../look/time.tsx'
import { DecisionCard } from '../pacr/decision-card.tsx'
import { decisionHeading } from '../pacr/record-words.ts'
import { ConditionsList } from './conditions-list.tsx'
import type { Dossier } from './dossier.ts'
import { seenWords } from './life-facts.tsx'
import { waitsNow } from './next-step.ts'
import type { LifeStep } from './life-line.ts'
import styles from './life.module.css'

interface SectionProps {
  readonly dossier: Dossier
  readonly state: LifeStep['state']
}

function Section({
  id,
  title,
  note,
  state,
  children,
}: {
  readonly id: LifeStep['key']
  readonly title: string
  readonly note?: ReactNode
  readonly state: LifeStep['state']
  readonly children: ReactNode
}) {
  return (
    <section id={id} className={`${styles['section']} ${styles[`at_${state}`]}`} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className={styles['sectionTitle']}>
        {title}
        {note === undefined ? null : <span className={styles['note']}>{note}</span>}
      </h2>
      <SampleNote name={id} />
      {children}
    </section>
  )
}

/** What differs, before and after. */
export function ChangeSection({ dossier: { change }, state }: SectionProps) {
  const isSeen = change.observations > 0 && change.source.origin !== 'manual'
  const note = isSeen ? seenWords(change.observations) : undefined
  return (
    <Section id="change" title="What changes" state={state} note={note}>
      {change.delta.length === 0 || change.after === null ? (
        <p className={styles['words']}>
          No configuration was told with it
          {change.before === null && change.after !== null
            ? ': it is the first one that this environment runs with'
            : ''}
          . Its title is all that is known.
        </p>
      ) : (
        <div className={styles['card']}>
          <Diff delta={grouped(change.delta)} unchanged={unchangedValues(change)} />
        </div>
      )}
    </Section>
  )
}

/** What it does, as it was measured. */
export function AssessmentSection({ dossier, state }: SectionProps) {
  const may = useMay()
  const { assessments, change } = dossier
  if (assessments.length === 0)
    return (
      <Section id="assessment" title="What it does" state={state}>
        <p className={styles['words']}>
          Nobody has measured it. Whoever has two evaluations, one of before and one of after, can bring them:
          promptfoo, Inspect, CSV and a dozen more formats.
        </p>
        {may('assessment:write') && change.status !== 'dismissed' ? (
          <>
            <Command text={`npx afterai import before.csv --system ${change.system} --label before`} />
            <Command text={`npx afterai import after.csv --system ${change.system} --label after`} />
            <Command text={`npx afterai assess ${change.id} --baseline before --candidate after`} />
          </>
        ) : null}
        <PlanCard plans={dossier.plans} underPlan={null} />
        <RanAround dossier={dossier} />
      </Section>
    )
  return (
    <Section id="assessment" title="What it does" state={state}>
      <AssessmentCard assessments={assessments} />
      <PlanCard plans={dossier.plans} underPlan={assessments[0]?.underPlan ?? null} />
      <RanAround dossier={dossier} />
      <p className={`${styles['words']} ${styles['aside']}`}>
        <Link to="/changes/$id/report" params={{ id: change.id }} className="link">
          The report, to print or to take along
        </Link>
      </p>
    </Section>
  )
}

/** The series around the instant at which it began to run, for those who may read telemetry. */
function RanAround({ dossier: { change, life } }: { readonly dossier: Dossier }) {
  const may = useMay()
  const at = life.steps.find(({ step }) => step === 'implemented')?.at ?? null
  if (at === null || !may('telemetry:read')) return null
  return <AroundChange system={change.system} environment={change.environment} at={at} />
}

/** What was decided, by whom, on what grounds. */
export function DecisionSection({ dossier, state }: SectionProps) {
  const [latest, ...earlier] = dossier.decisions
  if (latest === undefined)
    return (
      <Section id="decision" title="Decision" state={state}>
        <p className={styles['words']}>
          Nobody has proposed what to do. A decision needs its reasons, and an approver who isn’t its author.
        </p>
      </Section>
    )
  return (
    <Section
      id="decision"
      title={decisionHeading(latest.decisionDetail)}
      state={state}
      note={
        <>
          proposed by {latest.authorName}, <Ago at={latest.proposedAt} />
        </>
      }
    >
      <DecisionCard decision={latest} hasConditions={latest.recordId === null} />
      <ConditionsList dossier={dossier} decision={latest} />
      {earlier.length === 0 ? null : (
        <details className={styles['earlier']}>
          <summary>{earlier.length === 1 ? 'One earlier decision' : `${earlier.length} earlier decisions`}</summary>
          {earlier.map((decision) => (
            <DecisionCard key={decision.id} decision={decision} />
          ))}
        </details>
      )}
    </Section>
  )
}

/** The sealed record, and how the life of the change went on. */
export function RecordSection({ dossier, state }: SectionProps) {
  const [record] = dossier.records
  if (record === undefined)
    return (
      <Section id="record" title="Record" state={state}>
        <p className={styles['words']}>
          When it is approved, the change, the evidence and the decision are sealed and signed as one entry of the log.
          Nobody can alter it afterwards, and anybody with the public keys can verify it.
        </p>
      </Section>
    )
  return (
    <Section
      id="record"
      title="Record"
      state={state}
      note={
        <>
          sealed <Ago at={record.sealedAt} />
        </>
      }
    >
      <div className={styles['record']}>
        <p>
          {record.state === 'integrated'
            ? 'It is signed, and in the log.'
            : 'It is signed, and on its way into the log.'}
          {` ${waitsNow(dossier) ?? ''}`}
        </p>
        <Link to="/records/$id" params={{ id: record.id }} className={buttonClass()}>
          Read and verify the record
        </Link>
      </div>
    </Section>
  )
}
