import { Suspense, useCallback, useState } from 'react'
import { useLetterKeys } from '../app/shortcuts.ts'
import { Button } from '../look/button.tsx'
import { lazily } from '../look/lazily.ts'
import type { ChangeRow } from './change-rows.ts'
import styles from './changes.module.css'

const ConfirmDialog = lazily(async () => (await import('./confirm-dialog.tsx')).ConfirmDialog)
const DismissDialog = lazily(async () => (await import('./dismiss-dialog.tsx')).DismissDialog)

interface TriageBarProps {
  /** What is chosen in the list. */
  readonly chosen: readonly ChangeRow[]
  /** The rows of the list, for the keys: without a choice they mean the row that has the focus. */
  readonly items: readonly ChangeRow[]
  readonly clear: () => void
  readonly onDone: (ids: readonly string[]) => void
}

/** What can be done with the chosen changes: confirming and dismissing those that nobody has looked at. */
export function TriageBar({ chosen, items, clear, onDone }: TriageBarProps) {
  const [asking, setAsking] = useState<{
    readonly what: 'confirm' | 'dismiss'
    readonly changes: readonly ChangeRow[]
  }>()
  const pending = chosen.filter(({ status }) => status === 'pending')
  const others = chosen.length - pending.length
  useLetterKeys(
    useCallback(
      (key) => {
        if (key !== 'c' && key !== 'x') return
        const here = Number(document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? -1)
        const meant = (chosen.length > 0 ? chosen : items.slice(here, here + 1)).filter(
          ({ status }) => status === 'pending',
        )
        if (meant.length > 0 && (chosen.length > 0 || here >= 0))
          setAsking({ what: key === 'c' ? 'confirm' : 'dismiss', changes: meant })
      },
      [chosen, items],
    ),
  )
  const close = () => setAsking(undefined)
  const done = (ids: readonly string[]) => {
    clear()
    onDone(ids)
  }
  return (
    <>
      {chosen.length === 0 ? null : (
        <div className={styles['triage']} role="toolbar" aria-label="Chosen changes">
          <span role="status">
            {chosen.length} chosen{others === 0 ? '' : `, ${others} of them looked at already`}
          </span>
          <Button disabled={pending.length === 0} onClick={() => setAsking({ what: 'confirm', changes: pending })}>
            Confirm {pending.length}
          </Button>
          <Button disabled={pending.length === 0} onClick={() => setAsking({ what: 'dismiss', changes: pending })}>
            Dismiss {pending.length}
          </Button>
          <Button kind="bare" onClick={clear}>
            Choose none
          </Button>
        </div>
      )}
      <Suspense>
        {asking?.what === 'confirm' ? <ConfirmDialog changes={asking.changes} onClose={close} onDone={done} /> : null}
        {asking?.what === 'dismiss' ? <DismissDialog changes={asking.changes} onClose={close} onDone={done} /> : null}
      </Suspense>
    </>
  )
}
