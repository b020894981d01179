import { Link } from '@tanstack/react-router'
import { ShieldCheckIcon } from 'lucide-react'
import { Suspense, useState } from 'react'
import { lazily } from '../look/lazily.ts'
import { useLetterKeys } from '../app/shortcuts.ts'
import { Button } from '../look/button.tsx'
import { Loading } from '../look/empty.tsx'
import styles from './verify-record.module.css'

const RecordCheck = lazily(async () => (await import('./record-check.tsx')).RecordCheck)

/** Checking a record's proof where one reads it: the browser recomputes it. */
export function VerifyRecord({ id }: { readonly id: string }) {
  const [isAsked, setAsked] = useState(false)
  useLetterKeys((key) => (key === 'v' ? setAsked(true) : undefined))
  return (
    <section className={styles['card']} aria-labelledby="verify">
      <h2 id="verify">Verify it here</h2>
      <p>Your browser recomputes the proof. Nothing is sent.</p>
      {isAsked ? (
        <Suspense fallback={<Loading what="the verifier" />}>
          <RecordCheck id={id} />
        </Suspense>
      ) : (
        <Button kind="primary" size="large" onClick={() => setAsked(true)}>
          <ShieldCheckIcon aria-hidden />
          Verify
        </Button>
      )}
      <p className={styles['more']}>
        Stronger on another machine:{' '}
        <Link className="link" to="/verify">
          with the bundle, and keys of your own
        </Link>
        .
      </p>
    </section>
  )
}
