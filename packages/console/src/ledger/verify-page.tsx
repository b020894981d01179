import { useEffect } from 'react'
import { api } from '../api/client.ts'
import { toWords } from '../api/problem-words.ts'
import { Verifier } from './verifier.tsx'
import { VerifierFrame } from './verifier-frame.tsx'

/** `/verify`: verifies a record's file in the reader's browser, with or without a session. */
export function VerifyPage() {
  useEffect(() => {
    document.title = 'Verify a record · AfterAI'
  }, [])
  return (
    <VerifierFrame>
      <Verifier serverKeys={keysOfServer} canRemember />
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

/** The keys of the tenant's log and records, as text. */
async function keysOfServer(): Promise<string> {
  try {
    const { logVkey, recordKeys } = await api.getLogKeys()
    return [...recordKeys.map(({ pem }) => pem.trimEnd()), logVkey, ''].join('\n')
  } catch (error) {
    const { title, remedy } = toWords(error)
    throw new Error(`${title}. ${remedy}`, { cause: error })
  }
}
