import type { ReactNode } from 'react'
import styles from './verifier.module.css'

/** The page around a verifier, on the server and as a file of its own. */
export function VerifierFrame({ children }: { readonly children: ReactNode }) {
  return (
    <main className={styles['page']}>
      <header className={styles['head']}>
        <h1>Verify a record</h1>
        <p className="soft">
          Your browser recomputes the proof: from the record’s entry up to the root that the log signed, and from its
          signature down to each section. Nothing is sent.
        </p>
      </header>
      {children}
    </main>
  )
}
