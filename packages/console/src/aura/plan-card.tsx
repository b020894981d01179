import type { Operations } from '@afterai/client'
import { Facts } from '../look/card.tsx'
import { Copyable, shortDigest } from '../look/copyable.tsx'
import { Exactly } from '../look/time.tsx'
import styles from './assessment-card.module.css'

type Dossier = Operations['getDossier']['answer']
type Plan = Dossier['plans'][number]
type UnderPlan = Dossier['assessments'][number]['underPlan']

/** What was planned for the results of a change, sealed, beside what came of it; earlier plans stay below. */
export function PlanCard({ plans, underPlan }: { readonly plans: readonly Plan[]; readonly underPlan: UnderPlan }) {
  const [plan, ...earlier] = plans
  if (plan === undefined) return null
  const isOfThis = underPlan?.planId === plan.id
  return (
    <section className={styles['plan']} aria-labelledby="plan">
      <h3 id="plan">
        What was planned{plan.version > 1 ? `, version ${plan.version}` : ''}
        <span className="faint">
          sealed by {plan.sealedByName ?? 'a removed account'}, <Exactly at={plan.sealedAt} />
        </span>
      </h3>
      <Facts
        of={[
          ...plan.terms.plan.metrics.map(
            ({ name, margin, primary }) =>
              [
                name.replaceAll('_', ' '),
                margin === undefined
                  ? 'looked at, decides nothing'
                  : `margin ${margin}${primary === false ? ', decides nothing' : ''}`,
              ] as const,
          ),
          ['Cases', `${plan.terms.minCases.toLocaleString('en')} at least`],
          ['Attempts', `${plan.terms.attempts ?? 1} at most`],
          [
            'Digest',
            <Copyable key="digest" text={plan.digest} shown={shortDigest(plan.digest)} what="the digest of the plan" />,
          ],
        ]}
      />
      {underPlan === null ? <p className="faint">No results came under it yet.</p> : null}
      {underPlan === null || isOfThis ? null : <p className="faint">The assessment shown isn’t of this plan.</p>}
      {underPlan !== null && isOfThis ? <WhatCame underPlan={underPlan} /> : null}
      {earlier.length === 0 ? null : (
        <details>
          <summary>{earlier.length === 1 ? 'One earlier plan' : `${earlier.length} earlier plans`}</summary>
          <ul>
            {earlier.map(({ id, version, digest, sealedAt, sealedByName }) => (
              <li key={id}>
                Version {version}, {sealedByName ?? 'a removed account'}, <Exactly at={sealedAt} />{' '}
                <Copyable text={digest} shown={shortDigest(digest)} what={`the digest of version ${version}`} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

function WhatCame({ underPlan }: { readonly underPlan: NonNullable<UnderPlan> }) {
  const { follows, differences, findings, attempts } = underPlan
  return (
    <div>
      <b>{follows ? 'What came follows it.' : 'What came doesn’t follow it.'}</b>{' '}
      {attempts.count === 1 ? 'One attempt' : `${attempts.count} attempts`}
      {attempts.notAssessed === 0 ? '' : `, ${attempts.notAssessed} of them never assessed`}.
      {differences.length + findings.length === 0 ? null : (
        <ul>
          {differences.map(({ path, planned, used }) => (
            <li key={path}>
              {path.split('/').slice(1).join(' · ')}: planned {planned ?? 'nothing'}, used {used ?? 'nothing'}
            </li>
          ))}
          {findings.map(({ code, text }) => (
            <li key={`${code} ${text}`}>{text}</li>
          ))}
        </ul>
      )}
    </div>
  )
}
