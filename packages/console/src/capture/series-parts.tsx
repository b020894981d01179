import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Command } from '../look/command.tsx'
import { Table } from '../look/table.tsx'
import { Ago, Exactly } from '../look/time.tsx'
import styles from './capture.module.css'
import { type Measure, measures } from './measures.ts'
import type { Series } from './series.ts'

/** The changes of a plot by their numbers, the newest first. */
export function MarkerList({ markers }: Pick<Series, 'markers'>) {
  if (markers.length === 0) return null
  const numbered = markers.map((marker, index) => ({ ...marker, number: index + 1 })).toReversed()
  const rows = (shown: typeof numbered) =>
    shown.map(({ at, changeId, title, number }) => (
      <li key={`${changeId} ${at}`}>
        <span className={styles['flag']} aria-hidden>
          {number}
        </span>
        <Link className="link" to="/changes/$id" params={{ id: changeId }}>
          {title}
        </Link>
        <span className="faint">
          runs since <Ago at={at} />
        </span>
      </li>
    ))
  return (
    <>
      <ol className={styles['list']} aria-label="Changes on the plot">
        {rows(numbered.slice(0, 5))}
      </ol>
      {numbered.length <= 5 ? null : (
        <details className={styles['more']}>
          <summary>{numbered.length - 5} earlier</summary>
          <ol className={styles['list']}>{rows(numbered.slice(5))}</ol>
        </details>
      )}
    </>
  )
}

/** The same numbers as a table, made when somebody asks for it. */
export function SeriesTable({ series, measure }: { readonly series: Series; readonly measure: Measure }) {
  const [isOpen, setOpen] = useState(false)
  const { label, write } = measures[measure]
  const { bucketHours } = series
  const told = series.points.filter((point) => point[measure] != null).toReversed()
  return (
    <details className={styles['more']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen ? (
        <div className={styles['table']}>
          <Table
            caption={`${label}, by ${bucketHours === 1 ? 'the hour' : `${bucketHours} hours`}, the newest first`}
            rows={told}
            keyOf={({ at }) => at}
            columns={[
              {
                name: bucketHours === 1 ? 'Hour from' : `${bucketHours} hours from`,
                cell: ({ at }) => <Exactly at={at} />,
              },
              { name: label, isNumber: true, cell: (point) => write(point[measure] ?? 0) },
              ...(measure === 'calls'
                ? []
                : [
                    {
                      name: 'Of calls',
                      isNumber: true,
                      cell: ({ calls }: (typeof told)[number]) => (calls ?? 0).toLocaleString('en'),
                    },
                  ]),
            ]}
          />
        </div>
      ) : null}
    </details>
  )
}

/** The three ways by which telemetry of a system comes in, each with what works as it is pasted. */
export function Doors({ system, environment }: { readonly system: string; readonly environment: string }) {
  return (
    <div className={styles['doors']}>
      <b>No telemetry yet</b>
      <p>Numbers by the hour come in by any of these doors. Prompts and answers never do.</p>
      <h3>OpenTelemetry</h3>
      <Command
        what="the variables"
        text={`OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20$AFTERAI_KEY" OTEL_SERVICE_NAME=${system} OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=${environment}`}
      />
      <h3>The SDK, in its own process</h3>
      <Command
        what="the line of code"
        text={`new AfterAI({ apiKey, endpoint: '${location.origin}' }).system('${system}', { environment: '${environment}' })`}
      />
      <h3>A pipeline that tells what was deployed</h3>
      <Command
        text={`npx afterai observe --system ${system} --environment ${environment} --provider acme --model acme-large`}
      />
    </div>
  )
}
