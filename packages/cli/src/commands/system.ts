import { systemView, type System } from '@afterai/contract'
import type { Command } from 'commander'
import type { z } from 'zod'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { addCardCommand } from './system-card.ts'
import { online, serverLeaf, withPaging, withQuiet, type Mount } from './leaf.ts'

/** `system`: what is watched over. */
export function addSystemCommands(program: Command, mount: Mount): void {
  const system = program.command('system').description('The AI systems whose changes are recorded.')

  withQuiet(
    serverLeaf(system, 'create <name>', {
      description: 'Register a system.',
      examples: ['afterai system create support-bot --title "Support bot" --owner "Platform team"'],
    }),
    'the id',
  )
    .option('--title <text>', 'what people call it')
    .option('--owner <text>', 'who answers for it')
    .action(
      online(mount, async ({ api, out }, name: string, { title, owner }: { title?: string; owner?: string }) => {
        const answer = await api.call('createSystem', systemView, { body: { name, title, owner } })
        out.answer(answer, { lines: systemLines, quiet: ({ id }) => [id] })
      }),
    )

  withPaging(
    serverLeaf(system, 'list', { description: 'List the systems.', examples: ['afterai system list'] }),
  ).action(
    online(mount, async ({ api, out }, options: object) => {
      const schema: z.ZodType<System> = systemView
      out.answer(await api.list('listSystems', schema, options), {
        lines: ({ items }) =>
          table(
            ['system', 'title', 'environments', 'last seen'],
            items.map((it) => [
              it.name,
              it.title && printable(it.title),
              it.environments.map(({ name }) => name).join(', ') || null,
              it.environments
                .map(({ lastSeenAt }) => lastSeenAt)
                .toSorted()
                .at(-1) ?? null,
            ]),
          ),
        quiet: ({ items }) => items.map(({ name }) => name),
      })
    }),
  )

  serverLeaf(system, 'show <name>', {
    description: 'Show a system and what runs in its environments.',
    examples: ['afterai system show support-bot'],
  }).action(
    online(mount, async ({ api, out }, name: string) => {
      out.answer(await api.call('getSystem', systemView, { path: { name } }), { lines: systemLines })
    }),
  )
  addCardCommand(system, mount)
}

function systemLines(system: System): string[] {
  const heading = properties([
    ['system', system.name],
    ['title', system.title && printable(system.title)],
    ['owner', system.owner && printable(system.owner)],
    ['id', system.id],
    ['since', system.createdAt],
    [
      'assumed',
      system.productionAssumedAt &&
        `production, where telemetry names no environment, since ${system.productionAssumedAt}`,
    ],
  ])
  if (system.environments.length === 0) return heading
  return [
    ...heading,
    '',
    ...table(
      ['environment', 'fingerprint', 'first seen', 'last seen', 'observations'],
      system.environments.map((it) => [
        it.name,
        it.fingerprint.slice(0, 19),
        it.firstSeenAt,
        it.lastSeenAt,
        it.observations,
      ]),
    ),
  ]
}
