import { InfoIcon } from 'lucide-react'
import { useState } from 'react'
import { Verdict } from '../look/badge.tsx'
import { Menu } from '../look/menu.tsx'
import { Ago } from '../look/time.tsx'
import { relative } from '../api/instants.ts'
import type { Dossier } from '../life/dossier.ts'
import styles from './assessment-card.module.css'
import { assessmentDifferences } from './assessment-differences.ts'
import { ForestPlot } from './forest-plot.tsx'
import { planWords } from './plan-words.ts'
import { warningWords } from './warning-words.ts'

type Assessments = Dossier['assessments']

/** An assessment as a plot, with what has to be said beside it. The newest is shown; earlier ones can be picked. */
export function AssessmentCard({ assessments }: { readonly assessments: Assessments }) {
  const [chosen, setChosen] = useState<string>()
  const shown = assessments.find(({ id }) => id === chosen) ?? assessments[0]
  if (shown === undefined) return null
  const { assessment, authorName, createdAt, underPlan } = shown
  const pairs = Math.max(0, ...assessment.metrics.map((metric) => metric.pairs))
  const missing = Math.max(0, ...assessment.metrics.map(({ missing: it }) => it.baseline + it.candidate + it.both))
  return (
    <>
      <div className={styles['about']}>
        <Verdict verdict={assessment.verdict} />
        <span>
          {authorName ?? 'A removed account'}, <Ago at={createdAt} /> · {pairs.toLocaleString('en')} pairs
          {missing === 0 ? '' : `, ${missing.toLocaleString('en')} missing`}
        </span>
        {assessments.length < 2 ? null : (
          <Menu
            label={`${assessments.length} assessments, this is ${shown === assessments[0] ? 'the newest' : 'an earlier one'}`}
            items={assessments.map((it) => ({
              key: it.id,
              label: `${relative(it.createdAt)}, by ${it.authorName ?? 'a removed account'}`,
            }))}
            onPick={setChosen}
          />
        )}
      </div>
      {shown === assessments[0] || assessments[0] === undefined ? null : (
        <Differences earlier={shown} newest={assessments[0]} />
      )}
      <div className={styles['card']}>
        <ForestPlot
          assessmentId={shown.id}
          metrics={assessment.metrics.filter(({ sameAs }) => !sameAs)}
          slices={assessment.slices}
        />
        {assessment.metrics.map(({ metric, sameAs }) =>
          sameAs ? (
            <p key={metric} className={styles['foot']}>
              {metric.replaceAll('_', ' ')} has the value of {sameAs.replaceAll('_', ' ')} in every case, and is not
              drawn again.
            </p>
          ) : null,
        )}
        {assessment.warnings.length === 0 ? null : (
          <ul className={styles['notes']}>
            {assessment.warnings.map((warning) => (
              <li key={`${warning.code} ${warning.metric} ${warning.slice}`}>
                <InfoIcon aria-hidden />
                {warningWords(warning)}
              </li>
            ))}
          </ul>
        )}
        <p className={styles['foot']}>{planWords(underPlan)}</p>
      </div>
    </>
  )
}

function Differences({
  earlier,
  newest,
}: {
  readonly earlier: Assessments[number]
  readonly newest: Assessments[number]
}) {
  const lines = assessmentDifferences(earlier.assessment, newest.assessment)
  return (
    <div className={styles['differs']} role="status">
      <b>
        {lines.length === 0 ? 'Each metric has the same verdict as in the newest.' : 'What the newest says otherwise'}
      </b>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  )
}
