import { useQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { Button, buttonClass } from '../look/button.tsx'
import { Dialog } from '../look/dialog.tsx'
import { Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'

/** Who was signed in by a provider shows there again that it is them, and comes back to the same address. */
export function ProviderProofDialog({ onClose }: { readonly onClose: () => void }) {
  const { href } = useLocation()
  const { data, error } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => api.getSession({ signal }),
    staleTime: 0,
  })
  const provider = data?.provider ?? undefined
  return (
    <Dialog
      open
      onClose={onClose}
      title="Show again that it is you"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {provider === undefined ? null : (
            <a className={buttonClass('primary')} href={startAt(provider, href)}>
              Go to your provider
            </a>
          )}
        </>
      }
    >
      <p className="soft">
        What you are about to do asks for a fresh proof, from the provider that signed you in. You come back to this
        page; what you have typed here, you type again. The proof then holds for ten minutes.
      </p>
      {error === null ? null : <Problem error={error} />}
      {data === undefined && error === null ? <Loading what="your session" /> : null}
    </Dialog>
  )
}

/** Where a browser goes to sign in with a provider and come back to a path of ours. */
export function startAt(providerId: string, returnTo: string): string {
  return `/v1/oidc/${encodeURIComponent(providerId)}/start?${new URLSearchParams({ returnTo }).toString()}`
}
