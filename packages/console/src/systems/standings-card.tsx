import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Card } from '../look/card.tsx'
import { Problem } from '../look/problem.tsx'
import { StandingBadge } from './standing-badge.tsx'
import { standingsQuery } from './standings.ts'
import styles from './systems.module.css'

/** What runs without authority, the worst first; said too where all is well. */
export function StandingsCard() {
  const { data, error, refetch } = useQuery(standingsQuery())
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  const settled = new Set(['authorised', 'accepted_baseline', 'exempt'])
  const open = data.items.filter(({ standing }) => !settled.has(standing))
  const fine = data.counts.authorised + data.counts.accepted_baseline + data.counts.exempt
  return (
    <Card title="May what runs, run?">
      {open.length === 0 && fine === 0 ? <p className={styles['line']}>Nothing has been seen running yet.</p> : null}
      <ul className={styles['standings']}>
        {open.slice(0, 8).map((item) => (
          <li key={`${item.system} ${item.environment} ${item.changeId}`}>
            <Link to="/systems/$name" params={{ name: item.system }}>
              {item.system} · {item.environment}
            </Link>
            <StandingBadge standing={item.standing} />
          </li>
        ))}
      </ul>
      {open.length > 8 ? (
        <p className={styles['line']}>
          and{' '}
          <Link to="/systems" className="link">
            {open.length - 8} more
          </Link>
        </p>
      ) : null}
      {fine > 0 ? (
        <p className={styles['line']}>
          {fine} {fine === 1 ? 'environment runs' : 'environments run'} by a decision, a baseline, or a rule that needs
          none.
        </p>
      ) : null}
    </Card>
  )
}
