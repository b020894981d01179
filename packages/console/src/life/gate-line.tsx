import { Link } from '@tanstack/react-router'
import { DoorClosedIcon, DoorOpenIcon } from 'lucide-react'
import type { Dossier } from './dossier.ts'
import { gateWords } from './gate-words.ts'
import styles from './life.module.css'

interface GateLineProps {
  readonly gate: Dossier['gate']
  readonly changeId: string
}

/** What the gate answers to whoever would deploy this now: whether it is open, why, by whom, and until when. */
export function GateLine({ gate, changeId }: GateLineProps) {
  if (gate === null) return null
  const Icon = gate.open ? DoorOpenIcon : DoorClosedIcon
  const isOther = gate.changeId !== null && gate.changeId !== changeId
  return (
    <div className={styles['gate']}>
      <Icon aria-hidden />
      <p>
        <b>{gate.open ? 'The gate is open' : 'The gate is shut'}</b>: {gateWords(gate)}
        {isOther && gate.changeId !== null ? (
          <>
            {' '}
            By{' '}
            <Link className="link" to="/changes/$id" params={{ id: gate.changeId }}>
              {gate.changeTitle ?? 'another change'}
            </Link>
            .
          </>
        ) : null}
      </p>
    </div>
  )
}
