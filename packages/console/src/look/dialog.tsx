import { type ReactNode, Suspense } from 'react'
import { lazily } from './lazily.ts'
import { floating } from './floating.ts'

const FloatingDialog = lazily(async () => (await floating()).FloatingDialog)

/** What a dialog shows: its footer holds the buttons, the main one last. */
export interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly footer: ReactNode
  readonly children: ReactNode
}

/** A dialog, fetched when it is first opened. */
export function Dialog(props: DialogProps) {
  return props.open ? (
    <Suspense>
      <FloatingDialog {...props} />
    </Suspense>
  ) : null
}
