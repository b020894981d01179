import { readFile } from 'node:fs/promises'
import { type Envelope, envelopeTerms, type EnvelopeTerms, envelopeView } from '@afterai/contract'
import type { Command } from 'commander'
import { parse } from 'yaml'
import { z } from 'zod'
import { findId } from '../api/find-one.ts'
import type { Api } from '../api/api.ts'
import { CommandFailure } from '../command-failure.ts'
import { printable } from '../terminal/style.ts'
import { properties, table } from '../terminal/table.ts'
import { online, serverLeaf, withQuiet, type Mount, type ServerContext } from './leaf.ts'

const envelopes = z.object({ items: z.array(envelopeView) })

/** `envelope`: which standard changes need no decision of their own. */
export function addEnvelopeCommands(program: Command, mount: Mount): void {
  const envelope = program
    .command('envelope')
    .description('Standard changes: which differences need no decision of their own, where and until when.')

  withQuiet(
    serverLeaf(envelope, 'list', {
      description: 'List the envelopes, newest first.',
      examples: ['afterai envelope list'],
    }),
    'the ids',
  ).action(
    online(mount, async ({ api, out }) => {
      out.answer(await api.call('listEnvelopes', envelopes), {
        lines: ({ items }) =>
          table(
            ['id', 'state', 'system', 'environments', 'until', 'title'],
            items.map((it) => [
              it.id,
              it.state.replace('_', ' '),
              it.system ?? 'every system',
              it.terms.environments.join(', '),
              it.terms.until.slice(0, 10),
              printable(it.title),
            ]),
          ),
        quiet: ({ items }) => items.map(({ id }) => id),
      })
    }),
  )

  withQuiet(
    serverLeaf(envelope, 'propose <title>', {
      summary: 'Propose an envelope; another person approves it.',
      description:
        'Propose which standard changes need no decision of their own; another person approves it. The file has environments, clauses, evidence and until.',
      examples: ['afterai envelope propose "Small moves of the temperature" --system support-bot --from envelope.yaml'],
    }),
    'the id',
  )
    .option('--system <name>', 'only of this system')
    .requiredOption('--from <file>', 'YAML or JSON with the terms')
    .action(
      online(mount, async ({ api, out }, title: string, { system, from }: { system?: string; from: string }) => {
        const body = { title, system, ...(await readTerms(from)) }
        const answer = await api.call('proposeEnvelope', envelopeView, { body })
        out.answer(answer, { lines: envelopeLines, quiet: ({ id }) => [id] })
      }),
    )

  serverLeaf(envelope, 'approve <id>', {
    description: 'Approve an envelope of another person. It is in force from then on.',
    examples: ['afterai envelope approve 01980f10'],
  }).action(online(mount, (context, given: string) => settle(context, given, 'approveEnvelope')))

  serverLeaf(envelope, 'revoke <id>', {
    description: 'End an envelope. What ran by it until then stays as it was.',
    examples: ['afterai envelope revoke 01980f10'],
  }).action(online(mount, (context, given: string) => settle(context, given, 'revokeEnvelope')))
}

async function settle(
  { api, out }: ServerContext,
  given: string,
  operation: 'approveEnvelope' | 'revokeEnvelope',
): Promise<void> {
  const path = { id: await envelopeIdOf(api, given) }
  out.answer(await api.call(operation, envelopeView, { path }), { lines: envelopeLines })
}

function envelopeIdOf(api: Api, given: string): Promise<string> {
  return findId(api, given, {
    noun: 'envelope',
    list: async (it) => {
      const { json, value } = await it.call('listEnvelopes', envelopes)
      return { json, value: { ...value, nextCursor: null } }
    },
  })
}

async function readTerms(path: string): Promise<EnvelopeTerms> {
  let value: unknown
  try {
    value = parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new CommandFailure('failed', `${path} cannot be read as YAML or JSON.`, { cause })
  }
  const read = envelopeTerms.safeParse(value)
  if (read.success) return read.data
  throw new CommandFailure('usage', `${path} holds no terms of an envelope.`, {
    lines: read.error.issues.map((it) => `  /${it.path.map(String).join('/')}: ${it.message}`),
    remedy:
      'Such as: { environments: [production], clauses: [{ path: /inference/temperature, min: 0, max: 0.5 }], until: 2027-06-30T00:00:00Z }',
  })
}

function envelopeLines({ id, title, state, system, terms, proposedByName, approvedByName }: Envelope): string[] {
  return [
    ...properties([
      ['envelope', id],
      ['title', printable(title)],
      ['state', state.replace('_', ' ')],
      ['system', system ?? 'every system'],
      ['environments', terms.environments.join(', ')],
      ['evidence', terms.evidence === 'none' ? 'none is asked for' : 'an assessment that finds no loss'],
      ['until', terms.until],
      ['proposed by', proposedByName && printable(proposedByName)],
      ['approved by', approvedByName && printable(approvedByName)],
    ]),
    '',
    ...table(
      ['may differ', 'to'],
      terms.clauses.map(({ path, oneOf, min, max }) => [
        printable(path),
        oneOf === undefined ? boundsOf(min, max) : oneOf.map((it) => printable(String(it))).join(', '),
      ]),
    ),
  ]
}

function boundsOf(min: number | undefined, max: number | undefined): string {
  if (min === undefined && max === undefined) return 'anything'
  return `${min ?? '…'} to ${max ?? '…'}`
}
