import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api } from '../api/client.ts'
import { onSessionNews } from '../api/session-fetch.ts'
import { buttonClass } from '../look/button.tsx'
import { Field } from '../look/field.tsx'
import { Gate } from './gate.tsx'
import { safePath } from './safe-path.ts'
import { SignInForm } from './sign-in-form.tsx'
import styles from './sign-in.module.css'

/** Signing in: by password, passkey, or the identity provider of a tenant. */
export function SignInPage() {
  const { returnTo, tenant: named } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const client = useQueryClient()
  const [tenant, setTenant] = useState(named ?? '')
  useEffect(
    () =>
      onSessionNews((news) => {
        if (news !== 'began') return
        client.clear()
        void navigate({ href: safePath(returnTo), replace: true })
      }),
    [client, navigate, returnTo],
  )
  return (
    <Gate title="Sign in">
      <SignInForm tenant={tenant} />
      <Providers tenant={tenant} returnTo={safePath(returnTo)} />
      <Link to="/reset" className="link">
        You forgot your password
      </Link>
      <details>
        <summary>You belong to several workspaces, or sign in by your company</summary>
        <Field
          label="Workspace"
          hint="Its short name, as in “norrland”."
          value={tenant}
          onChange={(event) => setTenant(event.target.value.trim())}
          autoComplete="off"
          spellCheck={false}
        />
      </details>
    </Gate>
  )
}

function Providers({ tenant, returnTo }: { readonly tenant: string; readonly returnTo: string }) {
  const { data } = useQuery({
    queryKey: ['sign-in-options', tenant],
    queryFn: ({ signal }) => api.getSignInOptions({ query: { tenant }, signal }),
    enabled: tenant.length >= 2,
    retry: false,
  })
  if (data === undefined || data.providers.length === 0) return null
  return (
    <div className={styles['providers']}>
      {data.providers.map(({ id, name, startPath }) => (
        <a
          key={id}
          className={buttonClass('plain', 'large')}
          href={`${startPath}${startPath.includes('?') ? '&' : '?'}${new URLSearchParams({ returnTo }).toString()}`}
        >
          Sign in with {name}
        </a>
      ))}
    </div>
  )
}
