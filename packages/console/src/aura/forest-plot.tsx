import { useState } from 'react'
import { BandBadge } from '../look/badge.tsx'
import { type Band } from '../look/bands.ts'
import { orient, place, ticks } from './axis.ts'
import { CasesDialog } from './cases-dialog.tsx'
import styles from './forest-plot.module.css'
import { casesWords, difference, type Metric, metricName, metricRule } from './metric-words.ts'

/** All metrics with their slices below them: intervals against margins. The table is the chart for who doesn't see it. */
export function ForestPlot({
  assessmentId,
  metrics,
  slices,
}: {
  /** Of which its rows open to the cases behind them; left out, as on paper, they don't. */
  readonly assessmentId?: string
  readonly metrics: readonly Metric[]
  readonly slices: readonly Metric[]
}) {
  const [opened, open] = useState<Metric>()
  const onOpen = assessmentId === undefined ? undefined : open
  return (
    <>
      <table className={styles['forest']}>
        <caption className="unseen">Difference of each metric with its 95 % interval, against the margin</caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" className={styles['plot']}>
              <svg className={styles['ticks']} aria-hidden>
                {ticks.map((tick) => (
                  <text key={tick} x={`${place(tick)}%`} y="19" textAnchor="middle">
                    {tick === -1 ? 'margin' : tick === 0 ? '0' : `${tick > 0 ? '+' : '−'}${Math.abs(tick)}×`}
                  </text>
                ))}
              </svg>
              <span className="unseen">Interval</span>
            </th>
            <th scope="col" className={styles['number']}>
              Difference
            </th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {metrics.flatMap((metric) => [
            <Row key={metric.metric} metric={metric} onOpen={onOpen} />,
            ...slices
              .filter((slice) => slice.metric === metric.metric)
              .map((slice) => <Row key={`${slice.metric} ${slice.slice}`} metric={slice} onOpen={onOpen} />),
          ])}
        </tbody>
      </table>
      {opened === undefined || assessmentId === undefined ? null : (
        <CasesDialog assessmentId={assessmentId} metric={opened} onClose={() => open(undefined)} />
      )}
    </>
  )
}

function Row({ metric, onOpen }: { readonly metric: Metric; readonly onOpen: ((metric: Metric) => void) | undefined }) {
  const { slice, pairs, delta, interval, band, lost, gained } = metric
  return (
    <tr className={slice === null ? undefined : styles['slice']}>
      <th scope="row" className={styles['metric']}>
        <span>{slice ?? metricName(metric)}</span>
        <small>{slice === null ? metricRule(metric) : `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}`}</small>
      </th>
      <td className={styles['plot']}>
        <Plot metric={metric} />
      </td>
      <td className={styles['number']}>
        {delta === null ? '–' : difference(metric, delta)}
        <small>
          {interval === null
            ? 'no interval'
            : `${difference(metric, interval.lower)} to ${difference(metric, interval.upper)}`}
        </small>
        {onOpen === undefined || delta === null || (lost === 0 && gained === 0) ? null : (
          <button type="button" className={styles['cases']} onClick={() => onOpen(metric)}>
            {casesWords(metric)}
            <span className="unseen">
              {' '}
              of {metricName(metric)}
              {slice === null ? '' : `, ${slice}`}
            </span>
          </button>
        )}
      </td>
      <td>
        <BandBadge band={band} />
      </td>
    </tr>
  )
}

function Plot({ metric }: { readonly metric: Metric }) {
  const oriented = orient(metric)
  return (
    <svg className={`${styles['interval']} ${styles[metric.band satisfies Band]}`} aria-hidden>
      <rect className={styles['zone']} width={at(-1)} height="100%" />
      <line className={styles['zero']} x1={at(0)} x2={at(0)} y1="0" y2="100%" />
      <line className={styles['margin']} x1={at(-1)} x2={at(-1)} y1="0" y2="100%" />
      {oriented === undefined ? null : (
        <svg className={styles['middle']} y="50%">
          <line x1={at(oriented.lower)} x2={at(oriented.upper)} y1="0" y2="0" />
          {[oriented.lower, oriented.upper].map((end, index) => (
            <line key={index} x1={at(end)} x2={at(end)} y1="-4" y2="4" />
          ))}
          <circle cx={at(oriented.delta)} cy="0" r={metric.primary ? 5.5 : 4} />
        </svg>
      )}
    </svg>
  )
}

function at(margins: number): string {
  return `${place(margins).toFixed(2)}%`
}
