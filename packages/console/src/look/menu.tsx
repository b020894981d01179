import { type ReactNode, Suspense } from 'react'
import { lazily } from './lazily.ts'
import { floating } from './floating.ts'
import styles from './menu.module.css'
import { useSettled } from './settled.ts'

const FloatingMenu = lazily(async () => (await floating()).FloatingMenu)

/** What a menu offers, and the button that opens it. */
export interface MenuProps {
  readonly label: string
  readonly icon?: ReactNode
  /** Whether something was picked from it. */
  readonly isSet?: boolean
  readonly items: readonly { readonly key: string; readonly label: string }[]
  readonly onPick: (key: string) => void
}

/** A menu. Until its chunk is there, a button of the same size stands in its place. */
export function Menu(props: MenuProps) {
  const className = styles['trigger'] ?? ''
  const standIn = (
    <button type="button" className={className} data-set={props.isSet || undefined} aria-haspopup="menu">
      {props.icon}
      {props.label}
    </button>
  )
  return useSettled() ? (
    <Suspense fallback={standIn}>
      <FloatingMenu {...props} className={className} />
    </Suspense>
  ) : (
    standIn
  )
}
