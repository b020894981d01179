import { digestKeyView, observeResponse } from '@afterai/contract'
import { Option, type Command } from 'commander'
import { digestConfiguration } from '../observe/digest-files.ts'
import { readConfiguration, type ConfigurationOptions } from '../observe/read-configuration.ts'
import { properties } from '../terminal/table.ts'
import {
  gather,
  online,
  readNumber,
  readPositiveInteger,
  serverLeaf,
  withQuiet,
  type Mount,
  type ServerContext,
} from './leaf.ts'

interface ObserveOptions extends ConfigurationOptions {
  readonly system: string
  readonly environment?: string
  readonly revision?: string
  readonly origin: string
}

/** `observe`: tells what a system runs with, and so finds its changes. */
export function addObserveCommand(program: Command, mount: Mount): void {
  withQuiet(
    serverLeaf(program, 'observe', {
      summary: 'Tell what a system runs with; a change opens an ACE.',
      description:
        'Tell what a system runs with. A change against what ran before opens an ACE. Files of prompts and tools are digested here; their text is not sent.',
      examples: [
        'afterai observe --system support-bot --model acme-large-2026-03 --prompt answer=prompts/answer.txt',
        'afterai observe --system support-bot --environment staging --from afterai.yaml --revision 4f2c1e0',
      ],
    }),
    'the id of the ACE, if there is one',
  )
    .requiredOption('--system <name>', 'the system')
    .option('--environment <name>', 'where it runs (default: production)')
    .option('--from <file>', 'YAML or JSON with model, inference, prompts and tools; the last two are name: file')
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
    .option('--prompt <name=file>', 'a prompt; may be repeated', gather)
    .option('--tool <name=file>', "a tool's definition; may be repeated", gather)
    .option('--revision <name>', 'commit or build that was deployed')
    .addOption(new Option('--origin <origin>', 'who observes').choices(['manual', 'ci']).default('manual'))
    .action(online(mount, observe))
}

async function observe({ api, out }: ServerContext, options: ObserveOptions): Promise<void> {
  const local = await readConfiguration(options)
  const { value: key } = await api.call(digestKeyView, { method: 'GET', path: '/v1/digest-key' })
  const { system, environment, revision, origin } = options
  const configuration = await digestConfiguration(local, key)
  const body = { observations: [{ system, environment, configuration, origin, revision }] }
  out.answer(await api.call(observeResponse, { method: 'POST', path: '/v1/observations', body }), {
    lines: ({ results }) =>
      results.flatMap((it) =>
        properties([
          ['outcome', outcomeText[it.outcome]],
          ['fingerprint', it.fingerprint],
          ['change', it.changeId],
        ]),
      ),
    quiet: ({ results }) => results.flatMap(({ changeId }) => changeId ?? []),
  })
}

const outcomeText = {
  baseline: 'baseline: the first of its environment',
  unchanged: 'unchanged',
  changed: 'changed',
  late: 'late: it ran before the last change',
  duplicate: 'duplicate: seen before',
} as const
