import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { date } from '../api/instants.ts'
import { Card } from '../look/card.tsx'
import { Problem } from '../look/problem.tsx'
import { envelopesQuery } from '../policy/policies.ts'
import styles from './systems.module.css'

/** The envelopes of standard changes that hold for a system: its own, and those of all systems. */
export function SystemEnvelopes({ name }: { readonly name: string }) {
  const { data, error, refetch } = useQuery(envelopesQuery)
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  const held = data?.items.filter(({ state, system }) => state === 'in_force' && (system === null || system === name))
  if (held === undefined || held.length === 0) return null
  return (
    <Card title="Standard changes" note="need no decision of their own">
      <ul className={styles['standings']}>
        {held.map(({ id, title, system, terms }) => (
          <li key={id}>
            <Link to="/policy">{title}</Link>
            <span className="faint">
              {terms.environments.join(', ')} · {system === null ? 'of all systems' : 'of this system'} · until{' '}
              {date(terms.until)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
