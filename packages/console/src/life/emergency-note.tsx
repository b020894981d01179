import { exact } from '../api/instants.ts'
import type { Dossier } from './dossier.ts'
import styles from './life.module.css'

/** That somebody declared the change an emergency: who, why, and by when it is to be decided. */
export function EmergencyNote({
  emergency,
  isDecided,
}: {
  readonly emergency: NonNullable<Dossier['emergency']>
  readonly isDecided: boolean
}) {
  return (
    <p className={styles['emergency']}>
      {emergency.declaredByName ?? 'A removed account'} declared that it had to run before it could be decided:{' '}
      <q>{emergency.reason}</q>.{isDecided ? '' : ` It is to be decided by ${exact(emergency.decideBy)}.`}
    </p>
  )
}
