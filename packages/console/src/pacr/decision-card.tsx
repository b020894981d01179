import type { Decision } from '@afterai/client'
import { CheckIcon, XIcon } from 'lucide-react'
import { date } from '../api/instants.ts'
import { Ago } from '../look/time.tsx'
import { Facts } from '../look/card.tsx'
import { Warning } from '../look/badge.tsx'
import { checkWords } from './check-words.ts'
import { plansOf } from './plans.ts'
import styles from './decision-card.module.css'

/** A decision: reasons, conditions, plans, and who agreed. */
export function DecisionCard({
  decision,
  hasConditions = true,
}: {
  readonly decision: Decision
  /** Whether its conditions are listed; not where they stand below it, each with its state. */
  readonly hasConditions?: boolean
}) {
  const { justification, approvals, conditions, checks, evidence, evidenceChanged, status } = decision
  return (
    <div className={styles['card']}>
      <blockquote className={styles['reasons']}>{justification}</blockquote>
      {evidence === 'none' ? (
        <p className={styles['line']}>
          <Warning word="No evidence" /> It rests on no assessment.
        </p>
      ) : null}
      {evidenceChanged && status === 'proposed' ? (
        <p className={styles['line']}>
          <Warning word="New evidence" /> Something was added or altered since it was proposed.
        </p>
      ) : null}
      <div className={styles['facts']}>
        <Facts
          of={[
            [
              'Conditions',
              !hasConditions || conditions.length + checks.length === 0 ? null : (
                <ul className={styles['conditions']}>
                  {conditions.map((text) => (
                    <li key={text}>{text}</li>
                  ))}
                  {checks.map((check) => (
                    <li key={checkWords(check)}>{checkWords(check)}, checked by telemetry</li>
                  ))}
                </ul>
              ),
            ],
            ...plansOf(decision),
            ['Review by', decision.reviewBy === null ? null : date(decision.reviewBy)],
          ]}
        />
      </div>
      <ul className={styles['approvals']}>
        {approvals.map((approval) => (
          <li key={`${approval.approverId} ${approval.at}`}>
            {approval.verdict === 'approve' ? <CheckIcon aria-hidden /> : <XIcon aria-hidden />}
            <span>
              <b>{approval.approverName}</b> {approval.verdict === 'approve' ? 'approved' : 'rejected'}
              {approval.onBehalfOfName === undefined ? '' : ` in the place of ${approval.onBehalfOfName}`}{' '}
              <Ago at={approval.at} />
              {approval.comment === null ? null : <q>{approval.comment}</q>}
            </span>
          </li>
        ))}
        {status === 'proposed' ? (
          <li className="soft">
            <span className={styles['missing']} aria-hidden>
              {decision.approvalsMissing}
            </span>
            {decision.approvalsMissing === 1
              ? 'One approval is needed'
              : `${decision.approvalsMissing} approvals are needed`}
            {decision.approvalPolicy.allowSelfApproval ? '' : `, by anybody but ${decision.authorName}`}
          </li>
        ) : null}
      </ul>
    </div>
  )
}
