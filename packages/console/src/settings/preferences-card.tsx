import { Link } from '@tanstack/react-router'
import { machineZone } from '../api/instants.ts'
import { LetterKeys } from '../app/letter-keys.tsx'
import { type Preferences, usePreferences, useSetPreferences } from '../app/preferences.ts'
import { Card } from '../look/card.tsx'
import { Select } from '../look/field.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './settings.module.css'

/** How pages look to the reader: kept with the account, so that it is the same on every machine. */
export function PreferencesCard() {
  const preferences = usePreferences()
  const { mutate, error } = useSetPreferences()
  if (preferences === undefined) return null
  return (
    <Card title="How pages look to you">
      <div className={styles['form']}>
        <Select
          label="Colours"
          value={preferences.theme}
          options={[
            { value: 'system', label: 'As the machine' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
          onChange={(theme) => mutate({ theme: theme as Preferences['theme'] })}
        />
        <Select
          label="Density"
          value={preferences.density}
          options={[
            { value: 'default', label: 'Usual' },
            { value: 'comfortable', label: 'Larger, with more room' },
            { value: 'compact', label: 'More rows on a screen' },
          ]}
          onChange={(density) => mutate({ density: density as Preferences['density'] })}
        />
        <Select
          label="Time zone"
          hint="Of every time that is shown and entered, for you alone. A record holds its times in UTC."
          value={preferences.timeZone ?? ''}
          options={zoneOptions(preferences.timeZone)}
          onChange={(zone) => mutate({ timeZone: zone === '' ? null : zone })}
        />
        <LetterKeys />
        <Link to="/help/keys" className="link">
          All keys
        </Link>
        {error === null ? null : <Problem error={error} />}
      </div>
    </Card>
  )
}

function zoneOptions(chosen: string | null) {
  const known = Intl.supportedValuesOf('timeZone')
  const names = chosen === null || known.includes(chosen) ? known : [chosen, ...known]
  return [
    { value: '', label: `As the machine (${machineZone()})` },
    { value: 'UTC', label: 'UTC' },
    ...names.filter((name) => name !== 'UTC').map((name) => ({ value: name, label: name.replaceAll('_', ' ') })),
  ]
}
