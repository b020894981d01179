import { determinations, type Determinations, determinationsView } from '@afterai/contract'
import { Option, type Command } from 'commander'
import type { Api } from '../api/api.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { online, serverLeaf, type Mount } from './leaf.ts'

/** What people can say: `not_asked` is what holds until they do. */
const sayable = determinations.filter((it) => it !== 'not_asked')

interface DetermineOptions {
  readonly as: (typeof sayable)[number]
  readonly reason: string
}

/** `ace determine`: what a change is in the words of regulators. */
export function addDetermineCommand(
  ace: Command,
  mount: Mount,
  changeIdOf: (api: Api, given: string) => Promise<string>,
): void {
  serverLeaf(ace, 'determine <id>', {
    summary: 'Say whether a change is substantial, pre-determined or neither, and why.',
    description:
      'Say whether a change is a substantial modification, one that was determined beforehand, or neither, and why. It supersedes what was said before, and both stay. A record that is sealed later holds it. Not legal advice.',
    examples: [
      'afterai ace determine 01980a2c --as substantial --reason "It now answers about medicines, which it was not assessed for."',
      'afterai ace determine 01980a2c --as pre_determined --reason "Within the limits of the plan of May."',
    ],
  })
    .addOption(new Option('--as <determination>', 'what it is').choices(sayable).makeOptionMandatory())
    .requiredOption('--reason <text>', 'why')
    .action(
      online(mount, async ({ api, out }, given: string, { as: determination, reason }: DetermineOptions) => {
        const path = { id: await changeIdOf(api, given) }
        const body = { determination, reason }
        const answer = await api.call('determineChange', determinationsView, { path, body })
        out.answer(answer, { lines: (it) => determinationLines(it, out.paint) })
      }),
    )
}

/** What people say of a change in the words of regulators, for a person: what holds, and what was said before. */
export function determinationLines({ determination, items }: Determinations, paint: Paint): string[] {
  const heading = properties([['determined', `${determination.replace('_', ' ')} (not legal advice)`]])
  if (items.length === 0) return heading
  const rows = items.map((it, index) => [
    index === 0 ? it.determination : paint('quiet', `${it.determination}, superseded`),
    it.determinedAt.slice(0, 16).replace('T', ' '),
    it.determinedByName && printable(it.determinedByName),
    printable(it.reason),
  ])
  return [...heading, '', ...table(['determination', 'when', 'who', 'why'], rows)]
}
