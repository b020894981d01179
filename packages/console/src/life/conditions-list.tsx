import { CircleCheckIcon, CircleDashedIcon, UnplugIcon } from 'lucide-react'
import { Suspense, useState } from 'react'
import { useMay } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { lazily } from '../look/lazily.ts'
import { Ago } from '../look/time.tsx'
import { type ConditionState, conditionStates } from './conditions.ts'
import type { Dossier } from './dossier.ts'
import styles from './life.module.css'

const FindingDialog = lazily(async () => (await import('./finding-dialog.tsx')).FindingDialog)

const words = {
  met: { word: 'Met', icon: CircleCheckIcon },
  broken: { word: 'Broken', icon: UnplugIcon },
  not_said: { word: 'Nobody has looked', icon: CircleDashedIcon },
} as const

interface ListProps {
  readonly dossier: Dossier
  readonly decision: Dossier['decisions'][number]
}

/** The conditions under which a decision holds, each as it stands, with what was found of it, and saying what one found. */
export function ConditionsList({ dossier: { change, findings, life }, decision }: ListProps) {
  const may = useMay()
  const [asked, setAsked] = useState<ConditionState>()
  const states = conditionStates(decision, findings)
  if (states.length === 0 || decision.recordId === null) return null
  const isOpen = may('decision:write') && life.stage !== 'closed'
  return (
    <section className={styles['conditions']} aria-label="Conditions">
      <h3>Conditions</h3>
      <ul>
        {states.map((it) => (
          <li key={it.name}>
            <Condition it={it} />
            {isOpen ? (
              <Button onClick={() => setAsked(it)} aria-label={`Say how it stands: ${it.words}`}>
                Say how it stands
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      <Suspense>
        {asked === undefined ? null : (
          <FindingDialog
            change={change}
            recordId={decision.recordId}
            condition={asked}
            onClose={() => setAsked(undefined)}
          />
        )}
      </Suspense>
    </section>
  )
}

function Condition({ it: { words: text, state, isChecked, findings } }: { readonly it: ConditionState }) {
  const { word, icon: Icon } = words[state]
  const why = findings.find(({ outcome }) => outcome === state)
  return (
    <div>
      <span className={`${styles['state']} ${styles[state]}`}>
        <Icon aria-hidden />
        {state === 'not_said' && isChecked ? 'Watched by telemetry' : word}
      </span>
      <b>{text}</b>
      {why === undefined ? null : (
        <p>
          {why.note}{' '}
          <span className="faint">
            {why.foundBy === null ? 'telemetry' : (why.foundByName ?? 'a removed account')}, <Ago at={why.foundAt} />
          </span>
        </p>
      )}
    </div>
  )
}
