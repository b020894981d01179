import { Card } from '../look/card.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Table } from '../look/table.tsx'
import { LetterKeys } from './letter-keys.tsx'
import { navigation, settings } from './navigation.ts'

const keys: readonly (readonly [keys: string, where: string, what: string])[] = [
  ['Ctrl K, ⌘ K', 'Everywhere', 'Find or do'],
  ['?', 'Everywhere', 'This page'],
  ['Esc', 'Everywhere', 'Close what is open'],
  ['Ctrl Enter, ⌘ Enter', 'A text in a dialog', 'Send it'],
  ...[...navigation, settings].map(({ key, label }) => [`g ${key}`, 'Everywhere', `Go to ${label}`] as const),
  ['/', 'Changes', 'Search'],
  ['j, k', 'Changes', 'Next and previous row'],
  ['e', 'Changes', 'Choose the row, or leave it out'],
  ['c, x', 'Changes', 'Confirm or dismiss what is chosen'],
  ['1 to 9', 'Home', 'Open what waits for you'],
  ['/', 'Audit', 'Search'],
  ['.', 'Audit', 'What the same person did'],
  ['v, p', 'A record', 'Verify, print'],
  ['1 to 4', 'A change', 'Change, assessment, decision, record'],
  ['[, ]', 'A change', 'The one before and the next of the list'],
  ['c, x', 'A change', 'Confirm, dismiss'],
  ['a, r', 'A change', 'Approve, reject'],
  ['[, ]', 'A change', 'The change before and after it in the list that you came from'],
  ['← →', 'The series of a system', 'Move along the changes'],
]

/** All keys, and the switch that turns those of one letter off. */
export function KeysPage() {
  return (
    <Page title="Keyboard">
      <PageBody>
        <LetterKeys />
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
