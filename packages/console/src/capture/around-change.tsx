import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './capture.module.css'
import { type Measure, measureOptions } from './measures.ts'
import { dayAround, seriesQuery } from './series.ts'
import { SeriesChart } from './series-chart.tsx'
import { SeriesTable } from './series-parts.tsx'

interface AroundProps {
  readonly system: string
  readonly environment: string
  /** When the change began to run. */
  readonly at: string
}

/** How a system did in the day before a change ran and in the day after; nothing where no telemetry tells. */
export function AroundChange({ system, environment, at }: AroundProps) {
  const [now] = useState(() => Date.now())
  const [measure, setMeasure] = useState<Measure>('calls')
  const span = dayAround(at, now)
  const { data, error, refetch } = useQuery({
    ...seriesQuery({ system, environment, measure, ...span }),
    placeholderData: (before) => before,
  })
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined || data.points.every((point) => point.calls == null)) return null
  return (
    <section className={styles['around']} aria-labelledby="around">
      <header>
        <h3 id="around">The day before it ran, and the day after</h3>
        <Select
          label="Measure"
          value={measure}
          options={measureOptions}
          onChange={(value) => setMeasure(value as Measure)}
        />
      </header>
      <SeriesChart series={data} measure={measure} {...span} />
      <SeriesTable series={data} measure={measure} />
    </section>
  )
}
