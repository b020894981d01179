import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { onSessionNews } from '../api/session-fetch.ts'
import { SignInForm } from '../identity/sign-in-form.tsx'
import { Dialog } from '../look/dialog.tsx'
import { forgetTyped } from '../look/typed.ts'
import { meQuery, useMe } from './me.ts'

/**
 * Asks to sign in again over the page when the session ends, in this tab or another: what was typed stays. Somebody else who signs in
 * gets a page of their own.
 */
export function SessionGuard() {
  const { accountId, tenant } = useMe()
  const client = useQueryClient()
  const [hasEnded, setEnded] = useState(false)
  useEffect(
    () =>
      onSessionNews((news) => {
        if (news === 'ended') return setEnded(true)
        void client.fetchQuery({ ...meQuery, staleTime: 0 }).then((me) => {
          if (me.accountId !== accountId || me.tenant.id !== tenant.id) {
            forgetTyped()
            return location.assign('/')
          }
          setEnded(false)
          return client.invalidateQueries()
        })
      }),
    [client, accountId, tenant.id],
  )
  return (
    <Dialog open={hasEnded} onClose={() => undefined} title="Your session has ended" footer={null}>
      <p className="soft">Sign in again to go on. What you typed is kept.</p>
      <SignInForm tenant={tenant.slug} />
    </Dialog>
  )
}
