import { Option, type Command } from 'commander'
import { CommandFailure } from '../command-failure.ts'
import { printable } from '../terminal/style.ts'
import { askGate } from './gate-ask.ts'
import { checkSummary } from './gate-check.ts'
import { gather, leaf, locally, online, readPositiveInteger, serverLeaf, withQuiet, type Mount } from './leaf.ts'

/** `gate`: whether a configuration may be deployed. */
export function addGateCommands(program: Command, mount: Mount): void {
  const gate = program
    .command('gate')
    .description('Whether a configuration may be deployed: before the deployment, in your pipeline.')
  withQuiet(
    withPlace(
      serverLeaf(gate, 'ask', {
        isDefault: true,
        summary: 'Ask whether a configuration may be deployed.',
        description:
          'Ask whether a configuration may be deployed: whether a sealed decision covers exactly this one, holds, and still begins from what runs. The exit code is the answer. Your pipeline chooses what it does then; AfterAI stops nothing by itself.',
        examples: [
          'afterai gate --system support-bot --from afterai.yaml',
          'afterai gate --system support-bot --from afterai.yaml --plan "Move to the small model" --wait 30m',
          'afterai gate --system support-bot --from afterai.yaml --save gate.json',
        ],
      }),
    ),
    'the answer',
  )
    .option('--plan <title>', 'where nothing plans it, open a change that does')
    .option('--revision <name>', 'with --plan: commit or build')
    .option('--wait <time>', 'wait for the decision, as 90s, 30m or 2h', readDuration)
    .option('--save <file>', 'where it is open, keep a signed summary for `gate check`, in a file for you alone')
    .addOption(
      new Option('--valid-hours <n>', 'with --save: for how long (default: 24)').argParser(readPositiveInteger),
    )
    .option('--mcp', 'ask the MCP servers of the file for their tools')
    .option('--no-mcp', 'leave the MCP servers of the file out')
    .action(online(mount, askGate))

  withQuiet(
    withPlace(
      leaf(gate, 'check <summary>', {
        summary: 'Check a configuration against a summary, without the server.',
        description:
          'Check a configuration against a summary that `gate --save` kept, with a key that you trust. Asks no server; the exit code is the verdict.',
        examples: ['afterai gate check gate.json --system support-bot --from afterai.yaml --record-key record-key.pem'],
      }),
    ),
    'the verdict',
  )
    .requiredOption('--record-key <file>', 'public key of records, PEM; may be repeated', gather)
    .action(locally(mount, checkSummary))
}

function withPlace(command: Command): Command {
  return command
    .requiredOption('--system <name>', 'the system')
    .option('--environment <name>', 'where it is to run', 'production')
    .requiredOption('--from <file>', 'the configuration; a file as for `observe --from`')
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

function readDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([smh])$/.exec(text) ?? []
  const ms = Number(count) * (unitMs[unit] ?? 0)
  if (ms > 0 && ms <= 86_400_000) return ms
  throw new CommandFailure('usage', `${printable(text)} is no time to wait.`, {
    remedy: 'Write it as 90s, 30m or 2h; a day at most.',
  })
}
