import { type ReactNode, type RefObject, Suspense, useRef, useState } from 'react'
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

/** What the button that stood in its place leaves to the menu. */
export interface EarlyUse {
  /** Whether it was pressed before the menu was there: it opens then. */
  readonly wasPressed: boolean
  /** Whether it has the focus: the menu's own button takes it over. */
  readonly hasFocus: RefObject<boolean>
}

/** A menu. Until its chunk is there, a button of the same size stands in its place, and hands over its focus and a press made too early. */
export function Menu(props: MenuProps) {
  const [wasPressed, setPressed] = useState(false)
  const hasFocus = useRef(false)
  const isSettled = useSettled()
  const className = styles['trigger'] ?? ''
  const standIn = (
    <button
      type="button"
      className={className}
      data-set={props.isSet || undefined}
      aria-haspopup="menu"
      onClick={() => setPressed(true)}
      onFocus={() => (hasFocus.current = true)}
      onBlur={() => (hasFocus.current = false)}
    >
      {props.icon}
      {props.label}
    </button>
  )
  return isSettled || wasPressed ? (
    <Suspense fallback={standIn}>
      <FloatingMenu {...props} wasPressed={wasPressed} hasFocus={hasFocus} className={className} />
    </Suspense>
  ) : (
    standIn
  )
}
