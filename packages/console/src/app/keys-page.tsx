import { useState } from 'react'
import { Card } from '../look/card.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Table } from '../look/table.tsx'
import { navigation, settings } from './navigation.ts'
import styles from './keys.module.css'
import { areLetterKeysOn, setLetterKeys } from './shortcuts.ts'

const keys: readonly (readonly [keys: string, where: string, what: string])[] = [
  ['Ctrl K, ⌘ K', 'Everywhere', 'Find or do'],
  ['?', 'Everywhere', 'This page'],
  ['Esc', 'Everywhere', 'Close what is open'],
  ...[...navigation, settings].map(({ key, label }) => [`g ${key}`, 'Everywhere', `Go to ${label}`] as const),
  ['/', 'Changes', 'Search'],
  ['j, k', 'Changes', 'Next and previous row'],
  ['1 to 4', 'A change', 'Change, assessment, decision, record'],
  ['c, x', 'A change', 'Confirm, dismiss'],
  ['a, r', 'A change', 'Approve, reject'],
  ['[, ]', 'A change', 'The change before and after it in the list that you came from'],
  ['← →', 'The series of a system', 'Move along the changes'],
]

/** All keys, and the switch that turns those of one letter off. */
export function KeysPage() {
  const [on, setOn] = useState(areLetterKeysOn)
  return (
    <Page title="Keyboard">
      <PageBody>
        <p className={styles['switch']}>
          <label>
            <input
              type="checkbox"
              checked={on}
              onChange={({ target }) => {
                setLetterKeys(target.checked)
                setOn(target.checked)
              }}
            />{' '}
            Keys of one letter do something. Turn them off if they meet your speech control or screen reader.
          </label>
        </p>
        <Card>
          <Table
            caption="Keys"
            rows={keys}
            keyOf={([key, where]) => `${key} ${where}`}
            columns={[
              { name: 'Keys', cell: ([key]) => <kbd>{key}</kbd> },
              { name: 'Where', cell: ([, where]) => where },
              { name: 'What', cell: ([, , what]) => what },
            ]}
          />
        </Card>
      </PageBody>
    </Page>
  )
}
