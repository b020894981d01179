import { Link } from '@tanstack/react-router'
import { buttonClass } from '../look/button.tsx'
import styles from './verify-record.module.css'

/** The way to check a record's proof in the reader's browser. */
export function VerifyRecord({ id }: { readonly id: string }) {
  return (
    <section className={styles['card']} aria-labelledby="verify">
      <h2 id="verify">Verify it</h2>
      <p>Save the bundle, and check it where you trust the machine. Nothing of it is sent.</p>
      <code className="mono">afterai record verify record-{id.slice(0, 8)}….json</code>
      <Link to="/verify" className={buttonClass('primary', 'large')}>
        Verify in the browser
      </Link>
    </section>
  )
}
