import { useMutation } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { tellSession } from '../api/session-fetch.ts'
import { useMe } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { Card, Facts } from '../look/card.tsx'
import { Problem } from '../look/problem.tsx'
import { roleWords } from '../identity/roles.ts'
import { PreferencesCard } from './preferences-card.tsx'
import styles from './settings.module.css'

/** Who the reader is here, how pages look to them, and the way out. */
export function ProfileSection() {
  const me = useMe()
  return (
    <>
      <Card title="You">
        <Facts
          padded
          of={[
            ['Name', me.name],
            ['Role', `${me.role}: ${roleWords[me.role]}`],
            ['Workspace', me.tenant.name],
          ]}
        />
        <SignOut />
      </Card>
      <PreferencesCard />
    </>
  )
}

function SignOut() {
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.signOut(),
    onSuccess: () => {
      tellSession('ended')
      location.assign('/sign-in')
    },
  })
  return (
    <div className={styles['acts']}>
      <Button busy={isPending} onClick={() => mutate()}>
        Sign out
      </Button>
      {error === null ? null : <Problem error={error} />}
    </div>
  )
}
