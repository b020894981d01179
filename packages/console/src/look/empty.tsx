import type { ReactNode } from 'react'
import styles from './empty.module.css'

/** What is shown where there is nothing: why, and the way to something. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <b>{title}</b>
      {children}
    </div>
  )
}

/** What is shown while something is read: nothing for 200 ms, then a word. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div className={`${styles['empty']} ${styles['loading']}`} aria-busy="true" role="status">
      Reading {what}…
    </div>
  )
}
