import { useState } from 'react'
import { Gate } from '../identity/gate.tsx'
import { AddPasskeyDialog } from '../identity/passkey-dialogs.tsx'
import { RecoveryCodesDialog } from '../identity/recovery-codes-dialog.tsx'
import styles from '../identity/sign-in.module.css'
import { StepUpDialog } from '../identity/step-up.tsx'
import { Button } from '../look/button.tsx'

/** Offers a passkey to somebody who has just become an administrator; later is an answer too. */
export function OfferPasskey({ onDone }: { readonly onDone: () => void }) {
  const [isLeaving, setLeaving] = useState(false)
  const leave = () => {
    setLeaving(true)
    onDone()
  }
  const [isAdding, setAdding] = useState(false)
  const [codes, setCodes] = useState<readonly string[]>()
  return (
    <Gate
      title="Sign in without a password"
      intro="A passkey lets you in with your finger, your face or a PIN, and nobody can be tricked out of it. You can add one at any time in Settings."
    >
      <div className={styles['form']}>
        <Button kind="primary" size="large" onClick={() => setAdding(true)}>
          Add a passkey
        </Button>
        <Button size="large" busy={isLeaving} onClick={leave}>
          Later
        </Button>
      </div>
      <p role="status" className="soft">
        {isLeaving ? 'The sample is being made ready.' : ''}
      </p>
      {isAdding ? (
        <AddPasskeyDialog
          onClose={() => setAdding(false)}
          onCodes={setCodes}
          onAdded={(hasCodes) => (hasCodes ? undefined : leave())}
        />
      ) : null}
      {codes === undefined ? null : <RecoveryCodesDialog codes={codes} onClose={leave} />}
      <StepUpDialog />
    </Gate>
  )
}
