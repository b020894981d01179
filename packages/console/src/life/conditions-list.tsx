import { CircleCheckIcon, CircleDashedIcon, UnplugIcon } from 'lucide-react'
import { Suspense, useState } from 'react'
import { useMay } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { lazily } from '../look/lazily.ts'
import { Ago } from '../look/time.tsx'
import { type ConditionState, conditionStates, finderOf, stateWords, tellingFinding } from '../pacr/conditions.ts'
import type { Dossier } from './dossier.ts'
import styles from './life.module.css'

const FindingDialog = lazily(async () => (await import('./finding-dialog.tsx')).FindingDialog)

const icons = { met: CircleCheckIcon, broken: UnplugIcon, not_said: CircleDashedIcon } as const

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

function Condition({ it }: { readonly it: ConditionState }) {
  const { words: text, state } = it
  const Icon = icons[state]
  const why = tellingFinding(it)
  return (
    <div>
      <span className={`${styles['state']} ${styles[state]}`}>
        <Icon aria-hidden />
        {stateWords(it)}
      </span>
      <b>{text}</b>
      {why === undefined ? null : (
        <p>
          {why.note}{' '}
          <span className="faint">
            {finderOf(why)}, <Ago at={why.foundAt} />
          </span>
        </p>
      )}
    </div>
  )
}
