import { type Observation, observeResponse } from '@afterai/contract'
import { Option, type Command } from 'commander'
import type { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import { type History, readHistory } from '../observe/read-history.ts'
import { readDigestKey, type TellingOptions, tellConfiguration } from './tell-configuration.ts'
import { properties, table } from '../terminal/table.ts'
import {
  during,
  gather,
  online,
  readNumber,
  readPositiveInteger,
  serverLeaf,
  withQuiet,
  type Mount,
  type ServerContext,
} from './leaf.ts'

interface ObserveOptions extends TellingOptions {
  readonly system: string
  readonly environment?: string
  readonly revision?: string
  readonly origin: Observation['origin']
  readonly git?: boolean
  readonly since?: string
}

type Outcome = z.infer<typeof observeResponse>['results'][number]

/** The most that the server takes at once. */
const batchSize = 500

/** `observe`: tells what a system runs with, and so finds its changes. */
export function addObserveCommand(program: Command, mount: Mount): void {
  withQuiet(
    serverLeaf(program, 'observe', {
      summary: 'Tell what a system runs with; a change opens an ACE.',
      description:
        'Tell what a system runs with. A change against what ran before opens an ACE. Files of prompts and tools are digested here, and so is what MCP servers say of theirs; their text is not sent.',
      examples: [
        'afterai observe --system support-bot --model acme-large-2026-03 --prompt answer=prompts/answer.txt',
        'afterai observe --system support-bot --environment staging --from afterai.yaml --revision 4f2c1e0',
        'afterai observe --system support-bot --from afterai.yaml --mcp',
        'afterai observe --system support-bot --from afterai.yaml --git',
        'afterai observe --system support-bot --from afterai.yaml --git --since v1.4.0',
      ],
    }),
    'the id of the ACE, if there is one',
  )
    .requiredOption('--system <name>', 'the system')
    .option('--environment <name>', 'where it runs (default: production)')
    .option('--from <file>', 'YAML or JSON with all that it runs with; prompts and tools are name: file')
    .option('--model <name>', 'the model that is asked for')
    .option('--provider <name>', 'who provides it')
    .option('--served-model <name>', 'the model that the provider says it served')
    .option('--system-fingerprint <text>', "the provider's fingerprint of its own configuration")
    .option('--temperature <number>', 'sampling temperature', readNumber)
    .option('--top-p <number>', 'nucleus sampling', readNumber)
    .option('--top-k <number>', 'top-k sampling', readNumber)
    .option('--max-tokens <n>', 'longest answer', readPositiveInteger)
    .option('--seed <number>', 'sampling seed', readNumber)
    .option('--reasoning-effort <name>', 'how much the model reasons')
    .option('--agent <name>', 'the agent that it is')
    .option('--agent-version <version>', "the agent's version")
    .option('--prompt <name=file>', 'a prompt; may be repeated', gather)
    .option('--tool <name=file>', "a tool's definition; may be repeated", gather)
    .option('--mcp', 'ask the MCP servers that the file names for their tools')
    .option('--no-mcp', 'leave them out')
    .option('--mcp-command <name=command>', 'an MCP server to start and ask; may be repeated', gather)
    .option('--mcp-url <name=url>', 'an MCP server to ask at its address; may be repeated', gather)
    .option('--revision <name>', 'commit or build that was deployed; with --git, the last commit that counts')
    .option('--git', 'tell what each commit of the repository ran with, from its history')
    .option('--since <commit>', 'with --git: leave out what this commit knows')
    .addOption(new Option('--origin <origin>', 'who observes').choices(['manual', 'ci']).default('manual'))
    .action(online(mount, observe))
}

async function observe(context: ServerContext, options: ObserveOptions): Promise<void> {
  if (options.since !== undefined && options.git !== true) throw new CommandFailure('usage', '--since goes with --git.')
  if (options.git === true && (options.mcp ?? options.mcpCommand ?? options.mcpUrl) !== undefined)
    throw new CommandFailure('usage', '--git tells of the past, in which no MCP server can be asked.')
  await (options.git === true ? observeHistory(context, options) : observeNow(context, options))
}

async function observeNow(context: ServerContext, options: ObserveOptions): Promise<void> {
  const { api, out } = context
  const configuration = await tellConfiguration(context, options)
  const { system, environment, revision, origin } = options
  const body = { observations: [{ system, environment, configuration, origin, revision }] }
  out.answer(await api.call('observe', observeResponse, { body }), {
    lines: ({ results }) =>
      results.flatMap((it) =>
        properties([
          ['outcome', outcomeText[it.outcome]],
          ['fingerprint', it.fingerprint],
          ['change', it.changeId],
        ]),
      ),
    quiet: ({ results }) => changesOf(results),
  })
}

async function observeHistory(context: ServerContext, options: ObserveOptions): Promise<void> {
  const key = await readDigestKey(context)
  const history = await during(context, 'reading the history', () => readHistory(options, key))
  const { out } = context
  if (history.isShallow) out.remark('This clone lacks older commits; in CI, fetch the whole history (fetch-depth: 0).')
  if (history.servers.length > 0)
    out.remark(
      `Left out: the tools of MCP servers (${history.servers.join(', ')}), of which a repository knows nothing.`,
    )
  for (const { revision, reason } of history.skipped) out.remark(`Skipped ${revision.slice(0, 12)}: ${reason}`)
  const results = await sendAll(context, history)
  const value = { results, skipped: history.skipped }
  out.answer(
    { json: value, value },
    {
      lines: () => [
        ...(results.length === 0
          ? ['No commit in this range changes what the system runs with.']
          : table(
              ['commit', 'committed', 'outcome', 'change'],
              results.map((it, index) => rowOf(it, history, index)),
            )),
      ],
      quiet: () => changesOf(results),
    },
  )
}

/** Oldest first: what comes later is compared with what came before. */
async function sendAll(context: ServerContext, { observations }: History): Promise<Outcome[]> {
  const results: Outcome[] = []
  for (let from = 0; from < observations.length; from += batchSize) {
    const body = { observations: observations.slice(from, from + batchSize) }
    const label = `telling of commits ${from + 1} to ${from + body.observations.length}`
    const answer = await during(context, label, () => context.api.call('observe', observeResponse, { body }))
    results.push(...answer.value.results)
  }
  return results
}

function rowOf({ outcome, changeId }: Outcome, { observations }: History, index: number): (string | null)[] {
  const { revision = '', observedAt = '' } = observations[index] ?? {}
  return [revision.slice(0, 12), observedAt.slice(0, 10), outcomeText[outcome].split(':')[0] ?? '', changeId]
}

/** Each change once, however many observations were of it. */
function changesOf(results: readonly Outcome[]): string[] {
  return [...new Set(results.flatMap(({ changeId }) => changeId ?? []))]
}

const outcomeText = {
  baseline: 'baseline: the first of its environment',
  unchanged: 'unchanged',
  changed: 'changed',
  late: 'late: it ran before the last change',
  duplicate: 'duplicate: seen before',
} as const
