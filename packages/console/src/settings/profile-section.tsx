import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { tellSession } from '../api/session-fetch.ts'
import { useMe } from '../app/me.ts'
import { areLetterKeysOn, setLetterKeys } from '../app/shortcuts.ts'
import { chooseTheme, chosenTheme, type Theme } from '../app/theme.ts'
import { Button } from '../look/button.tsx'
import { Card, Facts } from '../look/card.tsx'
import { Check } from '../look/check.tsx'
import { Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import { roleWords } from '../identity/roles.ts'
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
      <Card title="How pages look and listen">
        <Appearance />
      </Card>
    </>
  )
}

function Appearance() {
  const [theme, setTheme] = useState(chosenTheme)
  const [on, setOn] = useState(areLetterKeysOn)
  return (
    <div className={styles['form']}>
      <Select
        label="Look"
        value={theme}
        options={[
          { value: 'system', label: 'As the machine' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
        onChange={(value) => {
          chooseTheme(value as Theme)
          setTheme(value as Theme)
        }}
      />
      <Check
        label="Keys of one letter do something"
        hint="Turn them off if they meet your speech control or screen reader."
        checked={on}
        onChange={({ target }) => {
          setLetterKeys(target.checked)
          setOn(target.checked)
        }}
      />
      <Link to="/help/keys" className="link">
        All keys
      </Link>
    </div>
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
