import { useMutation, useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { tellSession } from '../api/session-fetch.ts'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './settings.module.css'
import { isWebAddress } from './web-address.ts'

/** The way out: here, and for who came by a provider, there too. */
export function SignOut() {
  const { data: session } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => api.getSession({ signal }),
  })
  const { mutate, isPending, error, variables } = useMutation({
    mutationFn: async (there: boolean) => {
      // Asked for while there is a session: afterwards nobody knows whose provider it was.
      const location = there ? (await api.getProviderSignOut()).location : null
      await api.signOut()
      return location
    },
    onSuccess: (there) => {
      tellSession('ended')
      location.assign(there !== null && isWebAddress(there) ? there : '/sign-in')
    },
  })
  return (
    <div className={styles['acts']}>
      <Button busy={isPending && !variables} onClick={() => mutate(false)}>
        Sign out
      </Button>
      {session === undefined || session.provider === null ? null : (
        <Button busy={isPending && variables} onClick={() => mutate(true)}>
          Sign out at your provider too
        </Button>
      )}
      {error === null ? null : <Problem error={error} />}
    </div>
  )
}
