import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './verify-record.module.css'
import { VerifySteps } from './verify-steps.tsx'

/** Verifies a record in the reader's browser, beside its document. */
export function VerifyRecord({ id }: { readonly id: string }) {
  const { data, error, isPending, mutate } = useMutation({
    // The verifier is loaded once somebody verifies.
    mutationFn: async () => (await import('./verify-exported.ts')).verifyExported(id),
  })
  return (
    <section className={styles['card']} aria-labelledby="verify">
      <h2 id="verify">Verify it here</h2>
      <p>Your browser recomputes the proof. Nothing is sent.</p>
      {data === undefined ? (
        <Button kind="primary" size="large" busy={isPending} onClick={() => mutate()}>
          Verify this record
        </Button>
      ) : (
        <VerifySteps report={data.report} keys={data.keys} />
      )}
      {error === null ? null : <Problem error={error} onRetry={() => mutate()} />}
      <p>
        {data?.keys === 'reader' ? 'To verify a file, or with other keys: ' : 'Stronger with keys of your own: '}
        <Link to="/verify" className="link">
          {data?.keys === 'reader' ? 'verify a file' : 'pin them'}
        </Link>
        .
      </p>
    </section>
  )
}
