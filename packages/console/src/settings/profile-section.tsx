import { useMe } from '../app/me.ts'
import { Card, Facts } from '../look/card.tsx'
import { roleWords } from '../identity/roles.ts'
import { PreferencesCard } from './preferences-card.tsx'
import { SignOut } from './sign-out.tsx'

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
