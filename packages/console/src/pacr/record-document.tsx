import { date } from '../api/instants.ts'
import { Diff } from '../ace/diff.tsx'
import { grouped } from '../ace/delta.ts'
import { typeWords } from '../ace/change-words.ts'
import { type Band, bandWords } from '../look/bands.ts'
import { Card } from '../look/card.tsx'
import { Exactly } from '../look/time.tsx'
import { checkWords } from './check-words.ts'
import type { RecordContent } from './records.ts'
import { decidedTo } from './record-words.ts'
import { plansOf } from './plans.ts'
import styles from './records.module.css'

/** A sealed record as prose: who decided what, what was to change, what was known, why, under which conditions. */
export function RecordDocument({ record }: { readonly record: RecordContent }) {
  const { change, assessments, people, conditions, checks, evidence, closure } = record
  const author = people.find(({ role }) => role === 'author')
  const approvers = people.filter(({ role }) => role === 'approver')
  return (
    <article className={styles['document']}>
      <p>
        On {date(record.sealedAt)} <b>{approvers.map(({ name }) => name).join(' and ') || 'nobody'}</b> approved the
        decision of <b>{author?.name ?? 'a removed account'}</b> on the change that is described below:{' '}
        {decidedTo(record.decisionDetail)}.{' '}
        {author !== undefined && approvers.every(({ name }) => name !== author.name)
          ? 'Nobody approved their own decision.'
          : ''}
      </p>
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
      {assessments.map(({ id, verdict }) => (
        <p key={id}>
          It was assessed, and the verdict was <b>{bandWords[verdict as Band]?.toLowerCase() ?? verdict}</b>.
        </p>
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
      {conditions.length + checks.length === 0 ? <p>Under none.</p> : null}
      <ul>
        {conditions.map((text) => (
          <li key={text}>{text}</li>
        ))}
        {checks.map((check) => (
          <li key={checkWords(check)}>{checkWords(check)}, checked by telemetry</li>
        ))}
      </ul>
      {record.reviewBy === null ? null : <p>To be looked at again by {date(record.reviewBy)}.</p>}
      <h2>Who</h2>
      <ul>
        {people.map(({ role, name, verdict, comment, at }, index) => (
          <li key={`${name} ${index}`}>
            <b>{name}</b>, {role}
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
            {closure.code.replaceAll('_', ' ')}
            {closure.notes === null ? '' : `: ${closure.notes}`}
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
