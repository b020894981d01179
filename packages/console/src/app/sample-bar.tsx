import { useNotesAgain } from '../first-run/sample-note.tsx'
import { useSwitchTenant } from '../identity/switch-tenant.ts'
import styles from './bars.module.css'
import { useMe } from './me.ts'

/** Says that this is the sample, and leads to the reader's own workspace. */
export function SampleBar() {
  const own = useMe().tenants.find(({ sample, instance }) => !sample && !instance)
  const { switchTo } = useSwitchTenant()
  const notesAgain = useNotesAgain()
  return (
    <div className={styles['sample']}>
      You look at a sample.
      {own === undefined ? null : (
        <button type="button" onClick={() => switchTo(own.slug)}>
          Go to {own.name}
        </button>
      )}
      {notesAgain === undefined ? null : (
        <button type="button" onClick={notesAgain}>
          Show the notes again
        </button>
      )}
    </div>
  )
}
