import type { Operations } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { grouped, unchangedValues } from '../ace/delta.ts'
import { Diff } from '../ace/diff.tsx'
import { api } from '../api/client.ts'
import { exact } from '../api/instants.ts'
import { Card } from '../look/card.tsx'
import { shortDigest } from '../look/copyable.tsx'
import { Loading } from '../look/empty.tsx'
import { Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { historyQuery } from './history.ts'
import styles from './systems.module.css'

type Run = Operations['getHistory']['answer']['items'][number]

/** What differs between two configurations that an environment ran with. */
export function CompareCard({ system, environment }: { readonly system: string; readonly environment: string }) {
  const { data } = useQuery(historyQuery(system, environment))
  const runs = lastOfEach(data?.items ?? [])
  const [chosen, setChosen] = useState<{ before?: string; after?: string }>({})
  const [newest, earlier] = runs
  if (newest === undefined || earlier === undefined) return null
  const before = chosen.before ?? earlier.fingerprint
  const after = chosen.after ?? newest.fingerprint
  const options = runs.map(({ fingerprint, startedAt, changeTitle }) => ({
    value: fingerprint,
    label: `${exact(startedAt)} · ${changeTitle ?? shortDigest(fingerprint)}`,
  }))
  return (
    <Card title="Compare what ran" note={environment}>
      <div className={styles['compared']}>
        <Select label="Before" value={before} options={options} onChange={(it) => setChosen({ before: it, after })} />
        <Select label="After" value={after} options={options} onChange={(it) => setChosen({ before, after: it })} />
      </div>
      <Comparison system={system} environment={environment} before={before} after={after} />
    </Card>
  )
}

interface ComparisonProps {
  readonly system: string
  readonly environment: string
  readonly before: string
  readonly after: string
}

function Comparison({ system, environment, before, after }: ComparisonProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ['comparison', system, environment, before, after],
    queryFn: ({ signal }) =>
      api.compareConfigurations({
        path: { name: system },
        body: { environment, before: { fingerprint: before }, after: { fingerprint: after } },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="what differs" />
  if (data.same) return <p className={styles['reason']}>They are the same configuration.</p>
  return (
    <Diff
      delta={grouped(data.delta)}
      unchanged={unchangedValues({
        before: data.before.configuration,
        after: data.after.configuration,
        delta: data.delta,
      })}
    />
  )
}

/** The newest run of each configuration, in the order of the history. */
function lastOfEach(runs: readonly Run[]): Run[] {
  const seen = new Set<string>()
  return runs.filter(({ fingerprint }) => !seen.has(fingerprint) && seen.add(fingerprint))
}
