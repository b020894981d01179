import type { ButtonHTMLAttributes, ReactNode } from 'react'
import styles from './button.module.css'

interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> {
  readonly kind?: 'primary' | 'plain' | 'bare' | 'danger'
  readonly size?: 'normal' | 'large' | 'icon'
  /** While it works: the button waits and says so. */
  readonly busy?: boolean
  readonly children: ReactNode
}

/** A button; its words are a verb. A busy one keeps its focus and takes no second press. */
export function Button({ kind = 'plain', size = 'normal', busy = false, onClick, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={buttonClass(kind, size)}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    >
      {children}
    </button>
  )
}

/** The class of what looks like a button, for links. */
export function buttonClass(
  kind: NonNullable<ButtonProps['kind']> = 'plain',
  size: NonNullable<ButtonProps['size']> = 'normal',
): string {
  return [styles['button'], styles[kind], size === 'normal' ? undefined : styles[size]].filter(Boolean).join(' ')
}
