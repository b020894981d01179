import { useQuery } from '@tanstack/react-query'
import { Card } from '../look/card.tsx'
import styles from './assess.module.css'
import { marginOf, type MetricChoice, toPlan } from './margins.ts'
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
  binary: '0.02',
  safety: '0.01',
  latency: '0.1',
  cost: '0.1',
  tokens: '0.1',
}

/** What is better, and the largest loss that doesn't matter, of each metric: said before its results are seen. */
export function MarginTable({ baselineId, choices, set, without }: TableProps) {
  const said = choices.filter(({ margin }) => !Number.isNaN(marginOf(margin)))
  const { data: power } = useQuery(powerQuery(baselineId, toPlan(said)))
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
                <input
                  aria-label={`Margin of ${name}`}
                  aria-invalid={Number.isNaN(marginOf(margin)) || undefined}
                  inputMode="decimal"
                  placeholder={without === undefined ? (defaults[kind] ?? 'needed for a verdict') : 'none'}
                  value={margin}
                  onChange={({ target }) => change(name, { margin: target.value })}
                />
              </td>
              <td className={styles['advice']} aria-live="polite">
                {adviceOn(name)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles['note']}>
        0.02 of a right-or-wrong metric is two points; of latency, cost and tokens 0.1 is ten percent.{' '}
        {without ?? 'Left empty, the default in grey holds.'}
      </p>
    </Card>
  )
}
