import { XIcon } from 'lucide-react'
import { useMe } from '../app/me.ts'
import { usePreferences, useSetPreferences } from '../app/preferences.ts'
import styles from './sample-note.module.css'

const notes = {
  change:
    'Somebody planned to run a smaller model, and recorded it before it ran. A person confirmed it and said what it could do. Digests and settings are kept, never your prompts.',
  assessment:
    'The same cases were evaluated before and after. Each row says how sure one can be that a metric got no worse than its margin: as much of a loss as somebody would accept.',
  decision: 'One person proposed what to do and why. Another approved it, on the evidence as it stood at that moment.',
  record:
    'The approval sealed this record in a log that only grows, and the change was closed without having run. Open the record and press “Verify”: your browser recomputes the proof by itself.',
} as const

/** Notes that explain the sample, by the section that they are pinned to. */
export type NoteName = keyof typeof notes

/** The name under which a note is put away. */
export const noteKey = (name: NoteName): string => `sample.${name}`

/** Puts all notes of the sample where they were. */
export function useNotesAgain(): (() => void) | undefined {
  const seen = usePreferences()?.notesSeen ?? []
  const { mutate } = useSetPreferences()
  return seen.some((key) => key.startsWith('sample.'))
    ? () => mutate({ notesSeen: seen.filter((key) => !key.startsWith('sample.')) })
    : undefined
}

/** What a section of a change's life is for, on the sample's page until the reader has put it away. */
export function SampleNote({ name }: { readonly name: NoteName }) {
  const { tenant } = useMe()
  const seen = usePreferences()?.notesSeen
  const { mutate } = useSetPreferences()
  if (!tenant.sample || seen === undefined || seen.includes(noteKey(name))) return null
  return (
    <aside className={styles['note']} aria-label={`About the section ${name}`}>
      <p>{notes[name]}</p>
      <button
        type="button"
        aria-label={`Put the note on ${name} away`}
        onClick={() => mutate({ notesSeen: [...seen, noteKey(name)] })}
      >
        <XIcon aria-hidden />
      </button>
    </aside>
  )
}
