import { Check } from '../look/check.tsx'
import { Problem } from '../look/problem.tsx'
import { usePreferences, useSetPreferences } from './preferences.ts'

/** The switch of WCAG 2.1.4: keys of one letter trap those who speak to their machine. */
export function LetterKeys() {
  const preferences = usePreferences()
  const { mutate, error } = useSetPreferences()
  if (preferences === undefined) return null
  return (
    <>
      <Check
        label="Keys of one letter do something"
        hint="Turn them off if they meet your speech control or screen reader."
        checked={preferences.letterKeys}
        onChange={({ target }) => mutate({ letterKeys: target.checked })}
      />
      {error === null ? null : <Problem error={error} />}
    </>
  )
}
