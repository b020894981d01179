import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Card } from '../look/card.tsx'
import { Loading } from '../look/empty.tsx'
import { Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './capture.module.css'
import { type Measure, measureOptions } from './measures.ts'
import { everMeasuredQuery, type SeriesAsked, seriesQuery, type Span, spans, spanUntil } from './series.ts'
import { SeriesChart } from './series-chart.tsx'
import { Doors, MarkerList, SeriesTable } from './series-parts.tsx'

/** What of a system's telemetry is shown. */
export interface SeriesChoice {
  readonly environment: string
  readonly measure: Measure
  readonly span: Span
}

interface SeriesCardProps extends SeriesChoice {
  readonly system: string
  readonly environments: readonly string[]
  readonly onChoose: (choice: Partial<SeriesChoice>) => void
}

/** How a system does over time, by the hour, with each change that began to run as a line. */
export function SeriesCard({ system, environments, environment, measure, span, onChoose }: SeriesCardProps) {
  const [now] = useState(() => Date.now())
  const { from, to } = spanUntil(span, now)
  return (
    <Card title="How it does">
      <div className={styles['pickers']}>
        <Select
          label="Environment"
          value={environment}
          options={environments.map((value) => ({ value, label: value }))}
          onChange={(value) => onChoose({ environment: value })}
        />
        <Select
          label="Measure"
          value={measure}
          options={measureOptions}
          onChange={(value) => onChoose({ measure: value as Measure })}
        />
        <Select label="Span" value={span} options={spans} onChange={(value) => onChoose({ span: value as Span })} />
      </div>
      <SeriesOf system={system} environment={environment} measure={measure} from={from} to={to} />
    </Card>
  )
}

/** The plot of what is asked for, with its table and the list of its changes; where there is nothing, why. */
export function SeriesOf(asked: SeriesAsked) {
  const { system, environment, measure, from, to } = asked
  const { data, error, isPending, refetch } = useQuery(seriesQuery(asked))
  const isEmpty = data !== undefined && data.points.every((point) => point.calls == null)
  const ever = useQuery({ ...everMeasuredQuery(system), enabled: isEmpty })
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (isPending || (isEmpty && ever.isPending)) return <Loading what="the telemetry" />
  if (isEmpty && ever.data !== true) return <Doors system={system} environment={environment} />
  return (
    <>
      {isEmpty ? <p className={styles['none']}>Nothing was told of {environment} in this time.</p> : null}
      <SeriesChart series={data} measure={measure} from={from} to={to} />
      {data.wholeFrom > from ? (
        <p className={styles['none']}>There is more than is read at once: the line begins where all of it is there.</p>
      ) : null}
      <MarkerList markers={data.markers} />
      <SeriesTable series={data} measure={measure} />
    </>
  )
}
