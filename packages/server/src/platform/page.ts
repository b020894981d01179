import { ProblemError } from '@afterai/contract'
import { z } from 'zod'

const cursorShape = z.tuple([z.string().max(64), z.string().max(128)])

/** Where a list goes on: the sort key and the id of the last item shown. */
export type Position = z.infer<typeof cursorShape>

/** Reads a cursor that `toPage` made. @throws ProblemError `invalid_cursor` */
export function readCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined
  try {
    const position = cursorShape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
    if (Number.isNaN(Date.parse(position[0]))) throw new ProblemError('invalid_cursor')
    return z.uuid().parse(position[1]) ? position : undefined
  } catch (error) {
    throw new ProblemError('invalid_cursor', {}, { cause: error })
  }
}

/** Cuts `limit + 1` rows, as read, to a page. The row beyond the limit tells that there is more. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { position, view }: { position: (row: Row) => Position; view: (row: Row) => Item },
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last !== undefined
  return {
    items: shown.map(view),
    nextCursor: more ? Buffer.from(JSON.stringify(position(last))).toString('base64url') : null,
  }
}
