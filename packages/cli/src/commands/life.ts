import { changeView, closeCodes, type CloseCode, type Life, lifeView } from '@afterai/contract'
import { Option, type Command } from 'commander'
import type { Api } from '../api/api.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { online, serverLeaf, type Mount } from './leaf.ts'

/** `ace implemented`, `ace ended`, `ace emergency`, `ace verify` and `ace close`: what comes after the decision. */
export function addLifeCommands(
  ace: Command,
  mount: Mount,
  changeIdOf: (api: Api, given: string) => Promise<string>,
): void {
  serverLeaf(ace, 'implemented <id>', {
    summary: 'Say that a change without a configuration runs now.',
    description:
      'Say that a change without a configuration runs now, such as a rebuilt index. One with a configuration runs once that is observed.',
    examples: ['afterai ace implemented 01980a2c --revision 4f2c1e0'],
  })
    .option('--revision <name>', 'commit or build that was deployed')
    .option('--at <instant>', 'when it began to run, RFC 3339 (default: now)')
    .action(
      online(mount, async ({ api, out }, given: string, body: { revision?: string; at?: string }) => {
        const path = { id: await changeIdOf(api, given) }
        await api.call('noteImplemented', changeView, { path, body: { revision: body.revision, at: body.at } })
        const answer = await api.call('getLife', lifeView, { path })
        out.answer(answer, { lines: (life) => lifeLines(life, out.paint) })
      }),
    )

  serverLeaf(ace, 'ended <id>', {
    summary: 'Say that a change does not run any more.',
    description:
      'Say that a change does not run any more, which has no configuration or is served by a provider. One that was observed ends once something else is.',
    examples: ['afterai ace ended 01980a2c', 'afterai ace ended 01980a2c --at 2026-10-03T12:00:00Z'],
  })
    .option('--at <instant>', 'until when it ran, RFC 3339 (default: now)')
    .action(
      online(mount, async ({ api, out }, given: string, body: { at?: string }) => {
        const path = { id: await changeIdOf(api, given) }
        await api.call('noteEnded', changeView, { path, body: { at: body.at } })
        const answer = await api.call('getLife', lifeView, { path })
        out.answer(answer, { lines: (life) => lifeLines(life, out.paint) })
      }),
    )

  serverLeaf(ace, 'emergency <id>', {
    summary: 'Declare that a change has to run before it can be decided.',
    description:
      'Declare that a change has to run before it can be decided, where the policy lets you. The gate opens for it, the trail and the standing say who declared it and why, and it is decided within the policy’s time.',
    examples: ['afterai ace emergency 01980a2c --reason "The provider is down; answers come from the other one."'],
  })
    .requiredOption('--reason <text>', 'why')
    .action(
      online(mount, async ({ api, out }, given: string, { reason }: { reason: string }) => {
        const path = { id: await changeIdOf(api, given) }
        const answer = await api.call('declareEmergency', lifeView, { path, body: { reason } })
        out.answer(answer, { lines: (life) => lifeLines(life, out.paint) })
      }),
    )

  serverLeaf(ace, 'verify <id>', {
    description: 'Say whether what runs by a change does what it was decided for, and how you know.',
    examples: [
      'afterai ace verify 01980a2c --evidence "Errors and refunds as before, over three days."',
      'afterai ace verify 01980a2c --failed --evidence "Refunds fail twice as often."',
    ],
  })
    .requiredOption('--evidence <text>', 'how you know')
    .option('--failed', 'it does not')
    .option('--assessment <id>', 'an assessment of what runs')
    .action(
      online(mount, async ({ api, out }, given: string, options: VerifyOptions) => {
        const path = { id: await changeIdOf(api, given) }
        const outcome = options.failed === true ? ('failed' as const) : ('verified' as const)
        const body = { outcome, evidence: options.evidence, assessmentId: options.assessment }
        const answer = await api.call('verifyChange', lifeView, { path, body })
        out.answer(answer, { lines: (life) => lifeLines(life, out.paint) })
      }),
    )

  serverLeaf(ace, 'close <id>', {
    description: 'End the life of a change; what it came to is sealed in the log.',
    examples: [
      'afterai ace close 01980a2c --code successful',
      'afterai ace close 01980a2c --code unsuccessful --notes "Rolled back: refunds failed."',
    ],
  })
    .addOption(new Option('--code <code>', 'how it ended').choices(closeCodes).makeOptionMandatory())
    .option('--notes <text>', 'what else is to be known')
    .action(
      online(mount, async ({ api, out }, given: string, body: { code: CloseCode; notes?: string }) => {
        const path = { id: await changeIdOf(api, given) }
        const answer = await api.call('closeChange', lifeView, { path, body: { code: body.code, notes: body.notes } })
        out.answer(answer, { lines: (life) => lifeLines(life, out.paint) })
      }),
    )
}

interface VerifyOptions {
  readonly evidence: string
  readonly failed?: boolean
  readonly assessment?: string
}

/** The life line of a change for a person: what happened, and what it waits for. */
export function lifeLines(life: Life, paint: Paint): string[] {
  const rows = life.steps.map(({ step, at, by, note }) => [
    at === null ? paint('quiet', step) : paint('good', step),
    at === null ? null : at.slice(0, 16).replace('T', ' '),
    by && printable(by),
    note && printable(note),
  ])
  return [
    ...properties([
      ['life', `${life.stage}; ${wordsOf(life.decision)}, ${wordsOf(life.running)}`],
      ['as decided', life.asDecided === null ? null : life.asDecided ? 'yes' : paint('bad', 'no')],
      ['rolled back', life.rolledBackAt && `at ${life.rolledBackAt}, by change ${life.rolledBackBy ?? 'unknown'}`],
      ['goes back on', life.reverses],
      ['waits for', life.waitsFor],
      ['next', life.next],
    ]),
    '',
    ...table(['step', 'when', 'who', ''], rows),
  ]
}

function wordsOf(text: string): string {
  return text.replaceAll('_', ' ')
}
