import { date, dateUtc } from '../api/instants.ts'
import { Diff } from '../ace/diff.tsx'
import { grouped } from '../ace/delta.ts'
import { typeWords } from '../ace/change-words.ts'
import { Warning } from '../look/badge.tsx'
import { Card } from '../look/card.tsx'
import { Exactly } from '../look/time.tsx'
import { conditionLine } from './conditions.ts'
import type { RecordContent } from './records.ts'
import { plansOf } from './plans.ts'
import { closedWords, conditionsOf, emergencyWords, inWhosePlace, rulesWords } from './record-facts.ts'
import { decidedTo } from './record-words.ts'
import styles from './records.module.css'
import { SealedAssessment } from './sealed-assessment.tsx'

/** A sealed record as prose: who decided what, what was to change, what was known, why, under which conditions. */
export function RecordDocument({ record }: { readonly record: RecordContent }) {
  const { change, assessments, people, evidence, closure, emergency } = record
  const author = people.find(({ role }) => role === 'author')
  const approvers = people.filter(({ role, verdict }) => role === 'approver' && verdict === 'approve')
  const states = conditionsOf(record)
  return (
    <article className={styles['document']}>
      <p>
        On {dateUtc(record.sealedAt)} <b>{approvers.map(inWhosePlace).join(' and ') || 'nobody'}</b> approved the
        decision of <b>{author?.name ?? 'a removed account'}</b> on the change that is described below:{' '}
        {decidedTo(record.decisionDetail)}.{' '}
        {author !== undefined && approvers.every(({ name }) => name !== author.name)
          ? 'Nobody approved their own decision.'
          : ''}
      </p>
      {states.some(({ state }) => state === 'broken') ? (
        <p role="note">
          <Warning word="Condition broken" /> What it was decided under doesn’t hold any more; below is what was found.
        </p>
      ) : null}
      {emergency === null ? null : (
        <p role="note">
          <Warning word="Emergency" /> {emergencyWords(emergency)}
        </p>
      )}
      <h2>What was to change</h2>
      <p>
        In the system <b>{change.system}</b>, environment {change.environment}: {change.title} (
        {change.changeTypes.map(typeWords).join(', ')}).
      </p>
      {change.delta.length === 0 ? null : (
        <Card>
          <Diff delta={grouped(change.delta)} unchanged={null} />
        </Card>
      )}
      <h2>What was known</h2>
      {evidence === 'none' ? <p>There was no evidence: the decision rests on no assessment.</p> : null}
      {assessments.map((assessment) => (
        <SealedAssessment key={assessment.id} assessment={assessment} />
      ))}
      <h2>Why</h2>
      <blockquote>{record.justification}</blockquote>
      {plansOf(record).map(([name, said]) => (
        <div key={name}>
          <h3>{name}</h3>
          <blockquote>{said}</blockquote>
        </div>
      ))}
      <h2>Under which conditions</h2>
      {states.length === 0 ? <p>Under none.</p> : null}
      <ul>
        {states.map((it) => (
          <li key={it.name}>{conditionLine(it)}</li>
        ))}
      </ul>
      {record.reviewBy === null ? null : <p>To be looked at again by {date(record.reviewBy)}.</p>}
      <h2>Who</h2>
      <p>{rulesWords(record)}</p>
      <ul>
        {people.map(({ role, name, verdict, comment, at, onBehalfOf }, index) => (
          <li key={`${name} ${index}`}>
            <b>{name}</b>, {role}
            {onBehalfOf === null ? '' : ` in the place of ${onBehalfOf}`}
            {verdict === null ? '' : verdict === 'approve' ? ', approved' : ', rejected'}
            {at === null ? '' : ', '}
            {at === null ? null : <Exactly at={at} />}
            {comment === null ? null : (
              <>
                : <q>{comment}</q>
              </>
            )}
          </li>
        ))}
      </ul>
      {closure === null ? null : (
        <>
          <h2>How it ended</h2>
          <p>
            {closedWords(closure)}
            {closure.notes === null ? null : (
              <>
                {' '}
                <q>{closure.notes}</q>
              </>
            )}
          </p>
        </>
      )}
      <p className={styles['small']}>
        Production AI Change Record (PACR) {record.id}. Read from what was sealed; what this page says is no proof. The
        proof is the bundle.
      </p>
    </article>
  )
}
