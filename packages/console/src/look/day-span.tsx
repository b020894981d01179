import styles from './day-span.module.css'

interface DaySpanProps {
  /** The first day that is in, as in 2026-11-29; undefined for no bound. */
  readonly since: string | undefined
  /** The first day that is no longer in. */
  readonly until: string | undefined
  readonly set: (span: { readonly since?: string; readonly until?: string }) => void
}

/** From which day on, and before which: two fields of the browser, in the zone of the page. */
export function DaySpan({ since, until, set }: DaySpanProps) {
  const keep = (name: 'since' | 'until', day: string) => {
    const { [name]: _, ...rest } = {
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    }
    set(day === '' ? rest : { ...rest, [name]: day })
  }
  return (
    <span className={styles['span']}>
      <label>
        From <input type="date" value={since ?? ''} onChange={({ target }) => keep('since', target.value)} />
      </label>
      <label>
        before <input type="date" value={until ?? ''} onChange={({ target }) => keep('until', target.value)} />
      </label>
    </span>
  )
}
