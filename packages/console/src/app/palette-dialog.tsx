import { Autocomplete } from '@base-ui/react/autocomplete'
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Dialog } from '@base-ui/react/dialog'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { toWords } from '../api/problem-words.ts'
import dialogStyles from '../look/dialog.module.css'
import { ownSections, tenantSections } from '../settings/sections.ts'
import { type Permission, useMay } from './me.ts'
import { navigation, settings } from './navigation.ts'
import styles from './palette.module.css'

interface Item {
  readonly key: string
  readonly href: string
  readonly label: string
  readonly hint: string
}
interface Group {
  readonly value: string
  readonly items: Item[]
}

const actions: readonly (Item & { readonly permission?: Permission })[] = [
  { key: 'record', href: '/changes/new', label: 'Record a change', hint: '', permission: 'change:write' },
  { key: 'verify', href: '/verify', label: 'Verify a record file', hint: '' },
  { key: 'health', href: '/health', label: 'Health of the server', hint: '', permission: 'health:read' },
  { key: 'keys', href: '/help/keys', label: 'Keyboard', hint: '?' },
]

/** The palette itself: pages, actions, and what the server finds among changes, systems and records. */
export function PaletteDialog({
  onClose,
  onGo,
}: {
  readonly onClose: () => void
  readonly onGo: (href: string) => void
}) {
  const may = useMay()
  const [text, setText] = useState('')
  const found = useQuery({
    queryKey: ['search', text],
    queryFn: ({ signal }) => api.search({ query: { q: text.trim() }, signal }),
    enabled: text.trim().length >= 2,
    placeholderData: keepPreviousData,
  })
  const pages = [...navigation, settings].filter(({ permission }) => permission === undefined || may(permission))
  const sections = [...ownSections, ...tenantSections].filter(
    ({ permission }) => permission === undefined || may(permission),
  )
  const answered = text.trim().length < 2 ? [] : (found.data?.items ?? []).flatMap(toItem)
  // Until the answer is there, of the one before only what fits what is typed now: Enter goes where it says.
  const results = found.isPlaceholderData ? matching(text, answered) : answered
  const groups: Group[] = [
    { value: 'Found', items: results },
    {
      value: 'Go to',
      items: matching(
        text,
        pages.map(({ to, label, key }) => ({ key: to, href: to, label, hint: `g ${key}` })),
      ),
    },
    {
      value: 'Do',
      items: matching(
        text,
        actions.filter(({ permission }) => permission === undefined || may(permission)),
      ),
    },
    {
      value: 'Settings',
      items: matching(
        text,
        sections.map(({ name, label }) => ({ key: `settings-${name}`, href: `/settings/${name}`, label, hint: '' })),
      ),
    },
  ].filter(({ items }) => items.length > 0)
  const item = (it: Item) => (
    <Autocomplete.Item key={it.key} value={it} className={styles['item']} onClick={() => onGo(it.href)}>
      <span className={styles['label']}>{it.label}</span>
      {it.hint === '' ? null : <span className={styles['hint']}>{it.hint}</span>}
    </Autocomplete.Item>
  )
  const group = (it: Group) => (
    <Autocomplete.Group key={it.value} items={it.items}>
      <Autocomplete.GroupLabel className={styles['group']}>{it.value}</Autocomplete.GroupLabel>
      <Autocomplete.Collection>{item}</Autocomplete.Collection>
    </Autocomplete.Group>
  )
  return (
    <CSPProvider disableStyleElements>
      <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : onClose())}>
        <Dialog.Portal>
          <Dialog.Backdrop className={dialogStyles['scrim']} />
          <Dialog.Popup className={styles['palette']} aria-label="Find or do">
            <Autocomplete.Root
              open
              inline
              mode="none"
              items={groups}
              value={text}
              onValueChange={setText}
              autoHighlight="always"
              keepHighlight
              itemToStringValue={(it: Item) => it.label}
            >
              <Autocomplete.Input
                className={styles['input']}
                aria-label="Find or do"
                placeholder="Find a change, a system, a record, a page"
                autoFocus
              />
              <Autocomplete.Empty className={styles['empty']}>{emptyWords(found)}</Autocomplete.Empty>
              <Autocomplete.List className={styles['list']}>{group}</Autocomplete.List>
            </Autocomplete.Root>
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </CSPProvider>
  )
}

/** What is said where nothing is shown: that it is being looked for, could not be, or that there is none. */
function emptyWords({ error, isFetching }: { readonly error: Error | null; readonly isFetching: boolean }): string {
  if (error !== null) return `It could not be looked for. ${toWords(error).title}.`
  return isFetching ? 'Looking for it.' : 'Nothing is called that.'
}

function matching(text: string, items: readonly Item[]): Item[] {
  const wanted = text.trim().toLowerCase()
  return items.filter(({ label }) => label.toLowerCase().includes(wanted))
}

/** What is found, and where it leads: of a person to the changes that they opened. */
function toItem(it: {
  readonly kind: string
  readonly id: string
  readonly title: string
  readonly hint: string
}): Item[] {
  const href = {
    change: `/changes/${it.id}`,
    record: `/records/${it.id}`,
    system: `/systems/${encodeURIComponent(it.title)}`,
    person: `/changes?view=all&by=${it.id}`,
  }[it.kind]
  return href === undefined ? [] : [{ key: `${it.kind}-${it.id}`, href, label: it.title, hint: hintOf(it) }]
}

function hintOf({ kind, hint }: { readonly kind: string; readonly hint: string }): string {
  return [kind, hint, kind === 'person' ? 'their changes' : ''].filter((it) => it !== '').join(' · ')
}
