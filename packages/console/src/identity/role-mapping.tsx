import { PlusIcon, XIcon } from 'lucide-react'
import { Button } from '../look/button.tsx'
import { Field, Select } from '../look/field.tsx'
import styles from './provider.module.css'
import { type Role, roleOptions } from './roles.ts'

/** A group of the provider, and the role that it gives. */
export interface Mapping {
  readonly group: string
  readonly role: Role
}

/** Which group gives which role: the first that somebody is in decides. */
export function RoleMapping({
  mapping,
  onChange,
  error,
}: {
  readonly mapping: readonly Mapping[]
  readonly onChange: (mapping: readonly Mapping[]) => void
  readonly error?: string | undefined
}) {
  const put = (index: number, next: Mapping) => onChange(mapping.map((it, at) => (at === index ? next : it)))
  return (
    <fieldset className={styles['mapping']}>
      <legend>Groups and their roles</legend>
      {mapping.length === 0 ? null : <p className="faint">The first group that somebody is in decides.</p>}
      {mapping.map(({ group, role }, index) => (
        <div key={index} className={styles['pair']}>
          <Field
            label={`Group ${index + 1}`}
            value={group}
            maxLength={256}
            autoComplete="off"
            onChange={({ target }) => put(index, { group: target.value, role })}
          />
          <Select
            label={`Role of group ${index + 1}`}
            value={role}
            options={roleOptions()}
            onChange={(value) => put(index, { group, role: value as Role })}
          />
          <Button
            size="icon"
            aria-label={`Leave group ${index + 1} out`}
            onClick={() => onChange(mapping.filter((_, at) => at !== index))}
          >
            <XIcon aria-hidden />
          </Button>
        </div>
      ))}
      {error === undefined ? null : <p role="alert">{error}</p>}
      <div>
        <Button onClick={() => onChange([...mapping, { group: '', role: 'member' }])}>
          <PlusIcon aria-hidden />
          Add a group
        </Button>
      </div>
    </fieldset>
  )
}
