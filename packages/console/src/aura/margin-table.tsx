import { useQuery } from '@tanstack/react-query'
import { Card } from '../look/card.tsx'
import { useLater } from '../look/later.ts'
import styles from './assess.module.css'
import { marginOf, type MetricChoice, toPlan, unitOfKind } from './margins.ts'
import { powerQuery } from './power.ts'
import { powerWords } from './power-words.ts'

interface TableProps {
  /** The evaluation of before the change, which the advice is worked out from: results of after are not looked at. Without one there is no advice. */
  readonly baselineId?: string
  readonly choices: readonly MetricChoice[]
  readonly set: (choices: readonly MetricChoice[]) => void
  /** What a metric without a margin comes to. */
  readonly without?: string
}

const defaults: Readonly<Record<string, string>> = {
  binary: '2',
  safety: '1',
  latency: '10',
  cost: '10',
  tokens: '10',
}

/** What is better, and the largest loss that doesn't matter, of each metric: said before its results are seen. */
export function MarginTable({ baselineId, choices, set, without }: TableProps) {
  const said = choices.filter((choice) => !Number.isNaN(marginOf(choice)))
  const plan = toPlan(said)
  const asked = useLater(plan === undefined ? undefined : JSON.stringify(plan), 350)
  const { data: power } = useQuery(powerQuery(baselineId, asked))
  const adviceOn = (name: string): string => {
    const found = power?.metrics.find(({ metric }) => metric === name)
    return found === undefined ? '' : powerWords(found)
  }
  const change = (name: string, next: Partial<MetricChoice>) =>
    set(choices.map((choice) => (choice.name === name ? { ...choice, ...next } : choice)))
  return (
    <Card title="Before you see the result" note="the largest loss of each metric that doesn’t matter">
      <table className={styles['margins']}>
        <caption className="unseen">Direction and margin of each metric</caption>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">Better is</th>
            <th scope="col">Margin</th>
            <th scope="col">What the cases before the change can show</th>
          </tr>
        </thead>
        <tbody>
          {choices.map(({ name, kind, known, direction, margin }) => (
            <tr key={name}>
              <th scope="row">
                {name.replaceAll('_', ' ')} <span className="faint">{kind}</span>
              </th>
              <td>
                <select
                  aria-label={`What is better of ${name}`}
                  value={direction}
                  onChange={({ target }) => change(name, { direction: target.value as MetricChoice['direction'] })}
                >
                  <option value="">
                    {known === null ? 'Nobody said: choose' : `${known === 'up' ? 'higher' : 'lower'} (known)`}
                  </option>
                  <option value="up">higher</option>
                  <option value="down">lower</option>
                </select>
              </td>
              <td>
                <span className={styles['margin']}>
                  <input
                    aria-label={`Margin of ${name}${unitOfKind(kind) === '' ? '' : `, in ${unitWords(kind)}`}`}
                    aria-invalid={Number.isNaN(marginOf({ kind, margin })) || undefined}
                    inputMode="decimal"
                    placeholder={without === undefined ? (defaults[kind] ?? 'needed for a verdict') : 'none'}
                    value={margin}
                    onChange={({ target }) => change(name, { margin: target.value })}
                  />
                  <span className="faint" aria-hidden>
                    {unitOfKind(kind)}
                  </span>
                </span>
                {Number.isNaN(marginOf({ kind, margin })) ? (
                  <p role="alert" className={styles['noMargin']}>
                    A margin is a number above 0{unitOfKind(kind) === 'points' ? ' and below 100 points' : ''}.
                  </p>
                ) : null}
              </td>
              <td className={styles['advice']} aria-live="polite">
                {adviceOn(name)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles['note']}>
        Of what is right or wrong a point is one case in a hundred; of latency, cost and tokens a percent is of what it
        was before. {without ?? 'Left empty, the default in grey holds.'}
      </p>
    </Card>
  )
}

function unitWords(kind: string): string {
  return unitOfKind(kind) === '%' ? 'percent' : unitOfKind(kind)
}
