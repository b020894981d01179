import { type ReactNode, useEffect } from 'react'
import { Mark } from '../app/mark.tsx'
import styles from './sign-in.module.css'

/** A page before a session: one sheet in the middle. */
export function Gate({
  title,
  intro,
  children,
}: {
  readonly title: string
  readonly intro?: ReactNode
  readonly children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · AfterAI`
  }, [title])
  return (
    <main className={styles['gate']}>
      <div className={styles['sheet']}>
        <div className={styles['brand']}>
          <Mark />
          AfterAI
        </div>
        <div className={styles['intro']}>
          <h1>{title}</h1>
          {intro === undefined ? null : <div className="soft">{intro}</div>}
        </div>
        {children}
      </div>
      <p className={styles['foot']}>
        <a className="link" href="/verify">
          Verify a record file
        </a>{' '}
        without signing in
      </p>
    </main>
  )
}
