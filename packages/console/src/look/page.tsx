import { type ReactNode, useEffect } from 'react'
import styles from './page.module.css'

interface PageProps {
  readonly title: string
  /** Links to where this page belongs. */
  readonly trail?: ReactNode
  /** Facts below the title. */
  readonly facts?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
  /** A list fills the page and scrolls by itself. */
  readonly fills?: boolean
}

/** A page on its sheet: where one is, its title, what can be done, and its content. */
export function Page({ title, trail, facts, actions, children, fills = false }: PageProps) {
  useEffect(() => {
    document.title = `${title} · AfterAI`
  }, [title])
  return (
    <div className={`${styles['page']} ${fills ? styles['fills'] : ''}`}>
      <header className={styles['head']}>
        <div className={styles['names']}>
          {trail === undefined ? null : (
            <nav className={styles['trail']} aria-label="Where you are">
              {trail}
            </nav>
          )}
          <h1 className={styles['title']} tabIndex={-1}>
            {title}
          </h1>
          {facts === undefined ? null : <div className={styles['facts']}>{facts}</div>}
        </div>
        {actions === undefined ? null : <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** The part of a page that holds its text and tables. */
export function PageBody({ children, side }: { readonly children: ReactNode; readonly side?: ReactNode }) {
  return side === undefined ? (
    <div className={styles['body']}>{children}</div>
  ) : (
    <div className={styles['columns']}>
      <div className={styles['main']}>{children}</div>
      <aside className={styles['side']} aria-label="Beside it">
        {side}
      </aside>
    </div>
  )
}
