import { Card } from '../look/card.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Table } from '../look/table.tsx'
import { LetterKeys } from './letter-keys.tsx'
import { useMay } from './me.ts'
import { navigation, settings } from './navigation.ts'

type Key = readonly [keys: string, where: string, what: string]

const keys: readonly Key[] = [
  ['Ctrl K, ⌘ K', 'Everywhere', 'Find or do'],
  ['?', 'Everywhere', 'This page'],
  ['Esc', 'Everywhere', 'Close what is open'],
  ['Ctrl Enter, ⌘ Enter', 'A text in a dialog', 'Send it'],
  ['/', 'Changes', 'Search'],
  ['j, k', 'Changes', 'Next and previous row'],
  ['e', 'Changes', 'Choose the row, or leave it out'],
  ['c, x', 'Changes', 'Confirm or dismiss what is chosen'],
  ['1 to 9', 'Home', 'Open what waits for you'],
  ['/', 'Audit', 'Search'],
  ['.', 'Audit', 'What the same person did'],
  ['v, p', 'A record', 'Verify, print'],
  ['1 to 4', 'A change', 'Change, assessment, decision, record'],
  ['c, x', 'A change', 'Confirm, dismiss'],
  ['a, r', 'A change', 'Approve, reject'],
  ['[, ]', 'A change', 'The change before and after it in the list that you came from'],
  ['← →', 'The series of a system', 'Move along the changes'],
]

const isEverywhere = ([, where]: Key): boolean => where === 'Everywhere'

/** All keys, and the switch that turns those of one letter off. */
export function KeysPage() {
  const may = useMay()
  const pages = [...navigation, settings]
    .filter(({ permission }) => permission === undefined || may(permission))
    .map(({ key, label }): Key => [`g ${key}`, 'Everywhere', `Go to ${label}`])
  return (
    <Page title="Keyboard">
      <PageBody>
        <LetterKeys />
        <Card>
          <Table
            caption="Keys"
            rows={[...keys.filter(isEverywhere), ...pages, ...keys.filter((key) => !isEverywhere(key))]}
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
