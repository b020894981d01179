import { useEffect } from 'react'
import { serverKeys } from './server-keys.ts'
import { Verifier } from './verifier.tsx'
import { VerifierFrame } from './verifier-frame.tsx'

/** `/verify`: verifies a record's file in the reader's browser, with or without a session. */
export function VerifyPage() {
  useEffect(() => {
    document.title = 'Verify a record · AfterAI'
  }, [])
  return (
    <VerifierFrame>
      <p>
        <a className="link" href="/">
          To AfterAI
        </a>
      </p>
      <Verifier serverKeys={serverKeys} canRemember />
      <p className="faint">
        To verify where there is no network:{' '}
        <a className="link" href="/verifier.html" download="verify.html">
          save this page as one file
        </a>
        . The command line does the same: afterai record verify.
      </p>
    </VerifierFrame>
  )
}
