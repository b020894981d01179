import type { Operations } from '@afterai/client'
import { Suspense, useState } from 'react'
import { api } from '../api/client.ts'
import { date } from '../api/instants.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { lazily } from '../look/lazily.ts'
import { useProved } from './proved.ts'
import styles from './security.module.css'

const AuthenticatorDialog = lazily(async () => (await import('./authenticator-dialog.tsx')).AuthenticatorDialog)

type Factors = Operations['listFactors']['answer']

/** The reader's authenticator app and recovery codes. `onCodes` is told new recovery codes. */
export function AuthenticatorCard({
  factors,
  onCodes,
}: {
  readonly factors: Factors
  readonly onCodes: (codes: readonly string[]) => void
}) {
  const [asked, setAsked] = useState<'add' | 'remove' | 'renew'>()
  const close = () => setAsked(undefined)
  const remove = useProved(() => api.removeAuthenticator(), ['factors'])
  const renew = useProved(() => api.renewRecoveryCodes({ body: {} }), ['factors'])
  const { totp, recoveryCodesLeft, passkeys } = factors
  const hasSecondFactor = totp !== null || passkeys.length > 0
  return (
    <Card title="Second factor">
      <div className={styles['row']}>
        <p>
          <b>Authenticator app</b>
          <br />
          <span className="soft">
            {totp === null
              ? 'Not set up. With one, your password alone lets nobody in.'
              : `Set up on ${date(totp.confirmedAt)}. Signing in with your password asks for its code.`}
          </span>
        </p>
        {totp === null ? (
          <Button onClick={() => setAsked('add')}>Set up</Button>
        ) : (
          <Button onClick={() => setAsked('remove')} aria-label="Remove the authenticator app">
            Remove
          </Button>
        )}
      </div>
      {hasSecondFactor ? (
        <div className={styles['row']}>
          <p>
            <b>Recovery codes</b>
            <br />
            <span className="soft">
              {recoveryCodesLeft === 0
                ? 'None is left: renew them, or losing your device locks you out.'
                : `${recoveryCodesLeft} ${recoveryCodesLeft === 1 ? 'is' : 'are'} left. Each lets you in once without your device.`}
            </span>
          </p>
          <Button onClick={() => setAsked('renew')} aria-label="Renew the recovery codes">
            Renew
          </Button>
        </div>
      ) : null}
      {asked === 'add' ? (
        <Suspense>
          <AuthenticatorDialog onClose={close} onCodes={onCodes} />
        </Suspense>
      ) : null}
      {asked === 'remove' ? (
        <ActDialog
          title="Remove the authenticator app?"
          button="Remove the app"
          act={() => remove.mutateAsync(undefined)}
          done="The authenticator app is removed"
          onClose={close}
        >
          {passkeys.length === 0
            ? 'Your password alone then lets you in, so it has to have 15 characters at least. Your recovery codes end too.'
            : 'Your passkeys stay.'}
        </ActDialog>
      ) : null}
      {asked === 'renew' ? (
        <ActDialog
          title="Renew the recovery codes?"
          button="Make new codes"
          kind="primary"
          act={async () => onCodes((await renew.mutateAsync(undefined)).recoveryCodes)}
          done="There are new recovery codes"
          onClose={close}
        >
          Those that you have kept until now no longer work.
        </ActDialog>
      ) : null}
    </Card>
  )
}
