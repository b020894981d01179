import { type Role, type SaidRoles, reasonWords, roleOf, roleWords } from './column-choices.ts'
import type { Preview } from './evaluations.ts'
import type { LocalColumns } from './file-head.ts'
import styles from './assess.module.css'

interface ColumnMapProps {
  readonly preview: Preview
  readonly local: LocalColumns | undefined
  readonly said: SaidRoles
  readonly say: (said: SaidRoles) => void
}

const roles = Object.keys(roleWords) as Role[]

/** What each column is taken for, and why, beside some of its values; each can be said otherwise. */
export function ColumnMap({ preview: { columns, moreColumns }, local, said, say }: ColumnMapProps) {
  return (
    <div className={styles['columns']}>
      <table>
        <caption>Columns, and what each is taken for. The values are read on your machine alone.</caption>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Taken for</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => {
            const { place, why } = column
            const name = local?.nameOf(place) ?? column.name
            const examples = local?.examplesOf(place) ?? []
            return (
              <tr key={place}>
                <th scope="row">
                  {name}
                  <span className={styles['examples']}>{examples.join(' · ') || 'no values'}</span>
                </th>
                <td>
                  <select
                    aria-label={`What ${name} is taken for`}
                    value={roleOf(column, said)}
                    onChange={({ target }) => say({ ...said, [place]: target.value as Role })}
                  >
                    {roles.map((role) => (
                      <option key={role} value={role}>
                        {roleWords[role]}
                      </option>
                    ))}
                  </select>
                  <span className={styles['why']}>
                    {said[place] === undefined ? reasonWords[why] : reasonWords.said}
                  </span>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
      {moreColumns === 0 ? null : <p className="faint">and {moreColumns} more columns, which are dropped.</p>}
    </div>
  )
}
