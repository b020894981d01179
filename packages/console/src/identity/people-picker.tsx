import { useState } from 'react'
import { Choices } from '../look/choices.tsx'
import { Field, Select } from '../look/field.tsx'
import { type FoundPeople, type PeopleWish, usePeople } from './people.ts'
import { useNames } from './names.ts'
import type { Member } from './roles.ts'

interface Option {
  readonly value: string
  readonly label: string
}
interface PickerProps extends PeopleWish {
  readonly label: string
  readonly hint?: string
  readonly error?: string | undefined
  /** Accounts that are not to be chosen. */
  readonly except?: readonly string[]
  /** Whether addresses stand beside names, to tell people of one name apart. */
  readonly withAddress?: boolean
}

interface PersonPickerProps extends PickerProps {
  /** What else can be chosen, such as nobody. */
  readonly others?: readonly Option[]
  readonly value: string
  /** The name of who is chosen, where the page knows it: they may be no member any more. */
  readonly nameOfValue?: string | null | undefined
  readonly onChange: (accountId: string) => void
}

/** One person to choose: a list of the browser, and where there are many a search that the server answers. */
export function PersonPicker({
  label,
  hint,
  error,
  others = [],
  value,
  nameOfValue,
  onChange,
  ...wish
}: PersonPickerProps) {
  const { found, options } = useOptions(wish)
  const isListed = [...others, ...options].some((it) => it.value === value)
  const names = useNames(isListed || value === '' ? [] : [value])
  const chosen =
    isListed || value === '' ? [] : [{ value, label: names.get(value) ?? nameOfValue ?? 'A removed account' }]
  return (
    <>
      <FindPeople of={label} found={found} />
      <Select
        label={label}
        hint={hint}
        value={value}
        options={[...others, ...chosen, ...options]}
        onChange={onChange}
        error={error}
      />
    </>
  )
}

interface PeoplePickerProps extends PickerProps {
  readonly chosen: readonly string[]
  readonly onChange: (accountIds: string[]) => void
}

/** Any number of people to tick. Whoever was chosen stays in sight, whatever is searched for. */
export function PeoplePicker({ label, error, chosen, onChange, ...wish }: PeoplePickerProps) {
  const { found, options } = useOptions(wish)
  // Who was chosen when the list was drawn stays where they are in it, ticked or not.
  const [kept, setKept] = useState(chosen)
  const missing = [...new Set([...kept, ...chosen])].filter((id) => !options.some(({ value }) => value === id))
  const names = useNames(missing)
  const others = missing.map((value) => ({ value, label: names.get(value) ?? 'a removed account' }))
  return (
    <>
      <FindPeople of={label} found={found} />
      <Choices
        label={label}
        options={[...others, ...options]}
        chosen={chosen}
        onChange={(ids) => {
          setKept([...new Set([...kept, ...ids])])
          onChange(ids)
        }}
        hint={options.length === 0 && found.text !== '' && !found.isLooking ? 'Nobody is called that.' : undefined}
        error={error}
      />
    </>
  )
}

function useOptions({ except = [], withAddress = false, ...wish }: Omit<PickerProps, 'label' | 'hint' | 'error'>) {
  const found = usePeople(wish)
  const options = found.people
    .filter(({ accountId }) => !except.includes(accountId))
    .map((member) => ({ value: member.accountId, label: labelOf(member, withAddress) }))
  return { found, options }
}

function labelOf({ kind, name, email, role }: Member, withAddress: boolean): string {
  if (kind === 'service') return `${name} (service account, ${role})`
  return withAddress && email !== null ? `${name}, ${email}` : name
}

/** The search, where there are more people than a list shows. */
function FindPeople({ of, found }: { readonly of: string; readonly found: FoundPeople }) {
  const { isMany, text, setText, people, isLooking } = found
  if (!isMany) return null
  return (
    <Field
      label={`Find for “${of}”`}
      type="search"
      autoComplete="off"
      spellCheck={false}
      value={text}
      onChange={({ target }) => setText(target.value)}
      // Enter looks for them, and sends no form.
      onKeyDown={(event) => (event.key === 'Enter' ? event.preventDefault() : undefined)}
      hint={isLooking ? 'Looking for them.' : text === '' ? 'The newest are shown.' : `${people.length} found.`}
    />
  )
}
