import { useId } from 'react'
import { Problem } from '../look/problem.tsx'
import styles from './keys.module.css'
import { usePreferences, useSetPreferences } from './preferences.ts'

/** The switch of WCAG 2.1.4: keys of one letter trap those who speak to their machine. */
export function LetterKeys() {
  const id = useId()
  const preferences = usePreferences()
  const { mutate, error } = useSetPreferences()
  if (preferences === undefined) return null
  return (
    <>
      <p className={styles['switch']}>
        <input
          id={id}
          type="checkbox"
          checked={preferences.letterKeys}
          onChange={({ target }) => mutate({ letterKeys: target.checked })}
        />
        <label htmlFor={id}>
          Keys of one letter do something. Turn them off if they meet your speech control or screen reader.
        </label>
      </p>
      {error === null ? null : <Problem error={error} />}
    </>
  )
}
