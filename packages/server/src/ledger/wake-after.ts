import { onceSettled } from '../platform/database.ts'
import type { Append } from './append.ts'
import type { Sequencer } from './sequencer.ts'

/** Tells the sequencer of each commit that appended. Whoever approves waits until the record is in the log; nobody waits for an event. */
export function wakeAfter(append: Append, sequencer: () => Pick<Sequencer, 'wake' | 'hurry'> | undefined): Append {
  return (tx, tenantId, items, along) => {
    const isAwaited = items.some(({ statement }) => statement.kind === 'pacr')
    onceSettled(tx, (committed) => {
      if (committed) sequencer()?.[isAwaited ? 'hurry' : 'wake']()
    })
    return append(tx, tenantId, items, along)
  }
}
