import { id as idSchema } from '@afterai/contract'
import type { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import { printable } from '../terminal/style.ts'
import type { Api } from './api.ts'

/** A list in which one thing is looked for by what a person typed. */
export interface FindOptions<T extends { readonly id: string }> {
  /** What is looked for, in words: `change`. */
  readonly noun: string
  readonly path: string
  readonly item: z.ZodType<T>
  /** Another name that it goes by. */
  readonly label?: (item: T) => string | null
}

/**
 * The id that `given` means: a whole one, or the beginning or end (4 characters at least) of exactly one in the list, or a label.
 * @throws {CommandFailure} `failed` if none or several fit
 */
export async function findId<T extends { readonly id: string }>(
  api: Api,
  given: string,
  { noun, path, item, label }: FindOptions<T>,
): Promise<string> {
  if (idSchema.safeParse(given).success) return given.toLowerCase()
  const { value } = await api.list(item, { path }, { all: true })
  const labelled = value.items.filter((it) => label?.(it) === given)
  const fitting = labelled.length > 0 ? labelled : value.items.filter(({ id }) => fits(id, given.toLowerCase()))
  const [found, second] = fitting
  if (found && !second) return found.id
  if (!found)
    throw new CommandFailure('failed', `There is no ${noun} ${printable(given)}.`, {
      remedy: `Give the ${noun}'s id, or its first or last characters (4 at least)${label ? ', or its label' : ''}.`,
    })
  throw new CommandFailure('failed', `Several fit ${noun} ${printable(given)}.`, {
    lines: fitting.slice(0, 10).map(({ id }) => `  ${id}`),
    remedy: 'Give more of the id.',
  })
}

function fits(id: string, part: string): boolean {
  return part.length >= 4 && (id.startsWith(part) || id.endsWith(part))
}
