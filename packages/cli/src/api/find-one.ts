import { id as idSchema } from '@afterai/contract'
import { CommandFailure } from '../command-failure.ts'
import type { Answer } from '../terminal/output.ts'
import { printable } from '../terminal/style.ts'
import type { Api, ListOptions, Page } from './api.ts'

/** A list in which one thing is looked for by what a person typed. */
export interface FindOptions<T extends { readonly id: string }> {
  /** The kind of thing that is looked for, in words: `change`. */
  readonly noun: string
  readonly list: (api: Api, paging: ListOptions) => Promise<Answer<Page<T>>>
  /** Another name that it goes by. */
  readonly label?: (item: T) => string | null
  /** Details by which a person who has to choose distinguishes it from others of the same label. */
  readonly about?: (item: T) => string
}

/**
 * The id that `given` means: a whole one, or the beginning or end (4 characters at least) of exactly one in the list, or a label. What is
 * the label of one and a part of the id of another is neither: a person who typed it could mean either.
 * @throws {CommandFailure} `failed` if none or several fit
 */
export async function findId<T extends { readonly id: string }>(
  api: Api,
  given: string,
  options: FindOptions<T>,
): Promise<string> {
  const { noun, list, label, about } = options
  if (idSchema.safeParse(given).success) return given.toLowerCase()
  const { value } = await list(api, { all: true })
  const part = given.toLowerCase()
  const fitting = value.items.filter((it) => label?.(it) === given || fits(it.id, part))
  const [found, second] = fitting
  if (found && !second) return found.id
  if (!found)
    throw new CommandFailure('failed', `There is no ${noun} ${printable(given)}.`, {
      remedy: `Give the ${noun}'s id, or its first or last characters (4 at least)${label ? ', or its label' : ''}.`,
    })
  const all = value.items.map(({ id }) => id)
  throw new CommandFailure('failed', `Several fit ${noun} ${printable(given)}.`, {
    lines: [
      ...fitting
        .slice(0, mostShown)
        .map(
          (it) =>
            `  ${shortest(it.id, all)}  ${printable([label?.(it) ?? it.id, about?.(it)].filter(Boolean).join(', '))}`,
        ),
      ...(fitting.length > mostShown ? [`  and ${fitting.length - mostShown} more`] : []),
    ],
    remedy: `Type one of these in place of ${printable(given)}, such as ${shortest(found.id, all)}.`,
  })
}

const mostShown = 10

function fits(id: string, part: string): boolean {
  return part.length >= 4 && (id.startsWith(part) || id.endsWith(part))
}

/** So much of an id that it means no other: from its end, which is random, where its beginning is the time. */
function shortest(id: string, all: readonly string[]): string {
  for (let length = 8; length < id.length; length += 1) {
    const part = id.slice(-length)
    if (all.filter((other) => fits(other, part)).length === 1) return part
  }
  return id
}
