import type { Operations } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { Card } from '../look/card.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './systems.module.css'

type Person = Operations['listApprovers']['answer']['people'][number]

const functions: Readonly<Record<Person['rules'][number]['function'], string>> = {
  approver: 'by their role',
  named_approver: 'named by a rule',
  delegate: 'in somebody’s place',
}

/** Who may approve a decision on a change of the system today, by the rules that hold for one of its environments. */
export function ApproversCard({ system, environment }: { readonly system: string; readonly environment: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['policies', 'approvers', system, environment],
    queryFn: ({ signal }) => api.listApprovers({ path: { name: system }, query: { environment }, signal }),
  })
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  return (
    <Card title="Who may approve" note={environment}>
      {data.people.length === 0 ? (
        <p className={styles['line']}>Nobody: no member fits the rules. A change here can’t be decided.</p>
      ) : (
        <ul className={styles['standings']}>
          {data.people.map(({ accountId, name, role, rules }) => (
            <li key={accountId}>
              <b>{name ?? 'a removed account'}</b>
              <span className="faint">
                {role} · {[...new Set(rules.map((rule) => functions[rule.function]))].join(', ')}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
