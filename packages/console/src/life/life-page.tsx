import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { Severity, Verdict, Warning } from '../look/badge.tsx'
import { Loading } from '../look/empty.tsx'
import { Page } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Ago } from '../look/time.tsx'
import { dossierQuery, type Dossier } from './dossier.ts'
import { History } from './history.tsx'
import { DeterminationCard } from './determination-card.tsx'
import { EmergencyNote } from './emergency-note.tsx'
import { NeighbourLinks } from './neighbour-links.tsx'
import { leadSentence } from './lead-sentence.ts'
import { LifeFacts } from './life-facts.tsx'
import { lifeSteps } from './life-line.ts'
import { LifeLine } from './life-line-nav.tsx'
import styles from './life.module.css'
import { NextStepCard } from './next-step-card.tsx'
import { AssessmentSection, ChangeSection, DecisionSection, RecordSection } from './sections.tsx'

/** A change and its whole life on one page: what differs, what it does, who decided, the record, and the one next step. */
export function LifePage() {
  const { id } = useParams({ from: '/in/changes/$id' })
  const { data, error, isPending, refetch } = useQuery(dossierQuery(id))
  if (data !== undefined)
    return (
      <>
        {error === null ? null : (
          <div className={styles['old']}>
            <b>What you see may be old: it could not be read anew.</b>
            <Problem error={error} onRetry={() => void refetch()} />
          </div>
        )}
        <Life dossier={data} />
      </>
    )
  return (
    <Page title="Change" trail={<Link to="/changes">Changes</Link>}>
      {isPending ? <Loading what="the change" /> : null}
      {error === null ? null : (
        <div className={styles['fault']}>
          <Problem error={error} onRetry={() => void refetch()} />
        </div>
      )}
    </Page>
  )
}

function Life({ dossier }: { readonly dossier: Dossier }) {
  const { change, assessments, history } = dossier
  const steps = useMemo(() => lifeSteps(dossier), [dossier])
  const stateOf = (key: string) => steps.find((step) => step.key === key)?.state ?? 'to_come'
  return (
    <Page
      actions={<NeighbourLinks id={change.id} />}
      title={change.title}
      trail={
        <>
          <Link to="/changes">Changes</Link>
          <Link to="/systems/$name" params={{ name: change.system }}>
            {change.system}
          </Link>
        </>
      }
      facts={
        <>
          <span>
            {change.system} · {change.environment}
          </span>
          {dossier.emergency !== null ? <Warning word="Emergency" /> : null}
          {assessments[0] === undefined ? null : <Verdict verdict={assessments[0].assessment.verdict} />}
          {change.risk === null ? null : <Severity level={change.risk.severity} />}
          <span className="faint">
            opened by {change.authorName ?? 'a removed account'}, <Ago at={change.openedAt} />
          </span>
        </>
      }
    >
      <p className={styles['lead']}>
        {leadSentence(dossier).map(({ text, tone }, index) =>
          tone === undefined ? (
            <span key={index}>{text}</span>
          ) : (
            <em key={index} className={styles[tone]}>
              {text}
            </em>
          ),
        )}
      </p>
      {dossier.emergency === null ? null : (
        <EmergencyNote emergency={dossier.emergency} isDecided={dossier.life.recordId !== null} />
      )}
      <LifeLine steps={steps} />
      <div className={styles['columns']}>
        <div className={styles['sections']}>
          <ChangeSection dossier={dossier} state={stateOf('change')} />
          <AssessmentSection dossier={dossier} state={stateOf('assessment')} />
          <DecisionSection dossier={dossier} state={stateOf('decision')} />
          <RecordSection dossier={dossier} state={stateOf('record')} />
        </div>
        <aside className={styles['side']} aria-label="What to do, and facts">
          <div className={styles['sticky']}>
            <NextStepCard key={change.id} dossier={dossier} />
            <DeterminationCard determinations={dossier.determinations} />
            <LifeFacts dossier={dossier} />
            <History items={history} />
          </div>
        </aside>
      </div>
    </Page>
  )
}
