import type { ReactNode } from 'react'
import styles from './table.module.css'

interface Column<Row> {
  readonly name: string
  /** Left out on narrow screens. */
  readonly wideOnly?: boolean
  readonly isNumber?: boolean
  readonly cell: (row: Row) => ReactNode
}

interface TableProps<Row> {
  readonly caption: string
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** The first column names the row, and links to it where it can. */
  readonly columns: readonly [Column<Row>, ...Column<Row>[]]
}

/** A table of some rows: the first column is the row's heading. */
export function Table<Row>({ caption, rows, keyOf, columns }: TableProps<Row>) {
  const [head, ...rest] = columns
  const classOf = (column: Column<Row>) =>
    [column.wideOnly === true ? styles['wide'] : '', column.isNumber === true ? styles['number'] : ''].join(' ')
  return (
    <table className={styles['table']}>
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.name} scope="col" className={classOf(column)}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            <th scope="row" className={classOf(head)}>
              {head.cell(row)}
            </th>
            {rest.map((column) => (
              <td key={column.name} className={classOf(column)}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
