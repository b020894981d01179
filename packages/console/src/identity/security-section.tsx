import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { AuthenticatorCard } from './authenticator-card.tsx'
import { PasskeysCard } from './passkeys-card.tsx'
import { PasswordCard } from './password-card.tsx'
import { RecoveryCodesDialog } from './recovery-codes-dialog.tsx'

/** What the reader signs in with: password, second factor, passkeys. */
export function SecuritySection() {
  const [codes, setCodes] = useState<readonly string[]>()
  const { data, error, refetch } = useQuery({
    queryKey: ['factors'],
    queryFn: ({ signal }) => api.listFactors({ signal }),
  })
  // What was read before stays, with the dialogs over it: only where there is nothing yet does the fault take its place.
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="what you sign in with" />
  return (
    <>
      <PasskeysCard passkeys={data.passkeys} onCodes={setCodes} />
      <AuthenticatorCard factors={data} onCodes={setCodes} />
      <PasswordCard hasPassword={data.password} hasSecondFactor={data.totp !== null || data.passkeys.length > 0} />
      {codes === undefined ? null : <RecoveryCodesDialog codes={codes} onClose={() => setCodes(undefined)} />}
    </>
  )
}
