import type { Policy } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { date, exact } from '../api/instants.ts'
import { useMay } from '../app/me.ts'
import { type Names, useNames } from '../identity/names.ts'
import { Button, buttonClass } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { policiesQuery } from './policies.ts'
import styles from './policy.module.css'
import { aboutWords, needWords, peopleIn, type Rule, scopeWords } from './rule-words.ts'

/** The rules that hold, or those that held before a version was set: the widest first, each in words. */
export function PoliciesCard() {
  const { at } = useSearch({ from: '/in/policy' })
  const navigate = useNavigate({ from: '/policy' })
  const { data, error, isPending, refetch } = useQuery(policiesQuery(at))
  const names = useNames(peopleIn(data?.items.flatMap(({ rules }) => rules) ?? []))
  return (
    <Card
      title={at === undefined ? 'Rules in force' : `Rules that were in force on ${exact(at)}`}
      note="the most particular hold"
    >
      {isPending ? <Loading what="the rules" /> : null}
      {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
      {at === undefined ? null : (
        <p className={styles['acts']}>
          <Button onClick={() => void navigate({ search: {} })}>Back to those of now</Button>
        </p>
      )}
      {data?.items.map((policy) => (
        <Rules key={`${policy.system} ${policy.environment}`} policy={policy} names={names} isPast={at !== undefined} />
      ))}
    </Card>
  )
}

interface RulesProps {
  readonly policy: Policy
  readonly names: Names
  readonly isPast: boolean
}

function Rules({ policy, names, isPast }: RulesProps) {
  const may = useMay()
  const { version, reason, setAt, setByName, rules } = policy
  return (
    <section className={styles['policy']} aria-label={scopeWords(policy)}>
      <header>
        <h3>{scopeWords(policy)}</h3>
        <span className="faint">
          {setAt === null
            ? 'what holds where nobody set anything'
            : `version ${version}, set by ${setByName ?? 'a removed account'} on ${date(setAt)}`}
        </span>
      </header>
      {reason === null ? null : <blockquote className={styles['why']}>{reason}</blockquote>}
      <RuleList rules={rules} names={names} />
      <p className={styles['links']}>
        {may('policy:write') && !isPast ? (
          <Link
            to="/policy/set"
            search={{
              ...(policy.system === null ? {} : { system: policy.system }),
              ...(policy.environment === null ? {} : { environment: policy.environment }),
            }}
            className={buttonClass()}
          >
            Set the next version
          </Link>
        ) : null}
        {setAt === null ? null : (
          <Link to="/policy" search={{ at: new Date(Date.parse(setAt) - 1).toISOString() }} className="link">
            What held before this version
          </Link>
        )}
      </p>
    </section>
  )
}

/** Rules in their order, each with the changes that it is about and what they need. */
export function RuleList({ rules, names }: { readonly rules: readonly Rule[]; readonly names: Names }) {
  return (
    <ol className={styles['rules']}>
      {rules.map((rule, index) => (
        <li key={index}>
          <b>{aboutWords(rule, index === 0)}</b>
          <ul>
            {needWords(rule, names).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  )
}
