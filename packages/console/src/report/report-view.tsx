import { place, ticks } from '../aura/axis.ts'
import { BandBadge } from '../look/badge.tsx'
import type { Block, PlotRow, Report } from './blocks.ts'
import styles from './report.module.css'
import { tickWords } from './report-html.ts'

/** A report on the page, as it is printed. */
export function ReportView({ report: { blocks } }: { readonly report: Report }) {
  return (
    <article className={styles['report']}>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </article>
  )
}

function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'heading':
      return <h2>{block.text}</h2>
    case 'text':
      return block.tone === 'quote' ? (
        <blockquote>{block.text}</blockquote>
      ) : (
        <p className={block.tone === undefined ? undefined : styles[block.tone]}>{block.text}</p>
      )
    case 'list':
      return (
        <ul>
          {block.items.map((item, index) => (
            <li key={index}>{item}</li>
          ))}
        </ul>
      )
    case 'facts':
      return (
        <dl>
          {block.facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )
    case 'table':
      return (
        <table>
          <caption>{block.caption}</caption>
          <thead>
            <tr>
              {block.head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map(([head, ...cells], index) => (
              <tr key={index}>
                <th scope="row">{head}</th>
                {cells.map((cell, at) => (
                  <td key={at}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )
    default:
      return <PlotView caption={block.caption} rows={block.rows} />
  }
}

function PlotView({ caption, rows }: { readonly caption: string; readonly rows: readonly PlotRow[] }) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" className={styles['plot']}>
            <span className="unseen">Interval</span>
            <svg className={styles['axis']} aria-hidden>
              {ticks.map((tick) => (
                <text key={tick} x={at(tick)} y="12" textAnchor="middle">
                  {tickWords(tick)}
                </text>
              ))}
            </svg>
          </th>
          <th scope="col">Difference</th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, isSlice, rule, difference, interval, band, drawn }, index) => (
          <tr key={index} className={isSlice ? styles['slice'] : undefined}>
            <th scope="row">
              {name}
              <small>{rule}</small>
            </th>
            <td className={styles['plot']}>
              <svg aria-hidden>
                <rect className={styles['zone']} width={at(-1)} height="100%" />
                <line className={styles['zero']} x1={at(0)} x2={at(0)} y1="0" y2="100%" />
                <line className={styles['margin']} x1={at(-1)} x2={at(-1)} y1="0" y2="100%" />
                {drawn === undefined ? null : (
                  <>
                    <line className={styles['range']} x1={at(drawn.lower)} x2={at(drawn.upper)} y1="50%" y2="50%" />
                    <circle
                      className={band === 'inconclusive' || band === 'withheld' ? styles['open'] : styles['point']}
                      cx={at(drawn.delta)}
                      cy="50%"
                      r="4.5"
                    />
                  </>
                )}
              </svg>
            </td>
            <td>
              {difference}
              <small>{interval}</small>
            </td>
            <td>
              <BandBadge band={band} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function at(margins: number): string {
  return `${place(margins).toFixed(2)}%`
}
