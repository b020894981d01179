import './look/tokens.css'
import './look/base.css'
import { createRoot } from 'react-dom/client'
import { VerifierFrame } from './ledger/verifier-frame.tsx'
import { Verifier } from './ledger/verifier.tsx'

// The verifier as a page in one file, which is opened from disk: it knows no server, and remembers nothing.
const place = document.getElementById('root')
if (place === null) throw new Error('the page has no place for the verifier')
document.documentElement.dataset['theme'] = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
createRoot(place).render(
  <VerifierFrame>
    <Verifier canRemember={false} />
  </VerifierFrame>,
)
