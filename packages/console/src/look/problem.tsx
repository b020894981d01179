import { CircleAlertIcon } from 'lucide-react'
import { toWords, untold } from '../api/problem-words.ts'
import { Button } from './button.tsx'
import { Copyable } from './copyable.tsx'
import styles from './problem.module.css'

/** What went wrong, in place of the part that failed: title, what was refused and is said at no field, remedy, the request's id, and a way to try again. */
export function Problem({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { title, remedy, requestId, retryAfterMs } = toWords(error)
  const fields = untold(error)
  return (
    <div className={styles['problem']} role="alert">
      <CircleAlertIcon aria-hidden />
      <div>
        <b>{title}</b>
        {fields.length === 0 ? null : (
          <ul className={styles['fields']}>
            {fields.map(({ pointer, name, detail }) => (
              <li key={`${pointer} ${detail}`}>{name === undefined ? detail : `${name}: ${detail}`}</li>
            ))}
          </ul>
        )}
        <p>{remedy}</p>
        {requestId === undefined ? null : (
          <p className="faint">
            Request <Copyable text={requestId} />
          </p>
        )}
        {onRetry === undefined ? null : (
          <Button onClick={onRetry}>
            Try again{retryAfterMs === undefined ? '' : `, in ${Math.ceil(retryAfterMs / 1000)} s at the earliest`}
          </Button>
        )}
      </div>
    </div>
  )
}
