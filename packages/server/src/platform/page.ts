import { ProblemError } from '@afterai/contract'
import { z } from 'zod'

/** Reads a cursor that `toPage` made: the id of the last item shown. @throws ProblemError `invalid_cursor` */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  const id = z.uuid().safeParse(Buffer.from(cursor, 'base64url').toString())
  if (!id.success) throw new ProblemError('invalid_cursor')
  return id.data
}

/** The cursor that goes on after an id. */
export function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url')
}

/** Cuts `limit + 1` rows, newest id first, to a page. The row beyond the limit tells that there is more. */
export function toPage<Row extends { id: string }, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last !== undefined
  return { items: shown.map(view), nextCursor: more ? cursorOf(last.id) : null }
}
