import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { checkLog, type CheckedLog } from '../checkpoints/check-log.ts'
import { leaf, locally, type Mount, online, readPositiveInteger, type ServerContext, serverLeaf } from './leaf.ts'
import { verifyWholeLog } from './log-verify.ts'
import { becomeServer } from './server.ts'

/** `log`: the log that every record and audit event of the tenant is in. */
export function addLogCommands(program: Command, mount: Mount): void {
  const log = program.command('log').description('The log that holds every record and audit event.')
  serverLeaf(log, 'verify', {
    description:
      'Verify the log entry by entry: hash each here, and demand the root that was signed and all that was seen of the log before; have the server recompute what it alone can see: tiles, checkpoints, numbers of producers. Goes on where the last run came to, once the log is proved to begin with what was verified then. Ends with 1 if anything is wrong.',
    summary: 'Verify the whole log, entry by entry.',
    examples: ['afterai log verify', 'afterai log verify --from-start', 'afterai log verify --json'],
  })
    .option('--from-start', 'verify all entries again, whatever an earlier run verified')
    .action(online(mount, verifyWholeLog))

  serverLeaf(log, 'watch', {
    description:
      'Be a small witness: verify each new checkpoint of the log, demand that it continues the last one, print and keep it. Ends with 14 if the log became smaller or another.',
    summary: 'Print and keep each new checkpoint of the log.',
    examples: ['afterai log watch', 'afterai log watch --once', 'afterai log watch --every 600'],
  })
    .option('--every <seconds>', 'how often to look', readPositiveInteger, 60)
    .option('--once', 'look once and end')
    .action(online(mount, watchLog))

  leaf(log, 'accept-loss', {
    summary: 'Have a log go on that went back or was changed.',
    description:
      'Have logs go on as they are, which the server signs nothing more for: those that hold less, or other entries, than this machine remembers, and those whose verification finds something. Runs where the server runs, with its settings, whether or not the server is up. What is lost stays lost: bring the right database back if there is one. The reason is an entry of the log.',
    examples: ['afterai log accept-loss --reason "restored from the standby of 3 May"'],
  })
    .requiredOption('--reason <text>', 'why, for the audit trail')
    .option('--tenant <id>', 'accept the log of this tenant, also where this machine knows of nothing wrong')
    .action(
      locally(mount, async ({ world }, { reason, tenant, json }: { reason: string; tenant?: string; json?: boolean }) =>
        becomeServer(world, [
          'log-accept-loss',
          `--reason=${reason}`,
          ...(tenant === undefined ? [] : [`--tenant=${tenant}`]),
          ...(json === true ? ['--json'] : []),
        ]),
      ),
    )
}

interface WatchOptions {
  readonly every: number
  readonly once?: boolean
}

async function watchLog(context: ServerContext, { every, once }: WatchOptions): Promise<void> {
  const { out } = context
  for (let last: bigint | undefined; ; await sleep(every * 1000)) {
    const checked = await checkLog({ ...context, remark: out.remark })
    if (checked === undefined) out.remark('The log has no checkpoint yet.')
    else if (checked.size !== last) {
      out.answer({ json: factsOf(checked), value: checked }, { lines: ({ checkpoint }) => [checkpoint] })
      last = checked.size
    }
    if (once === true) return
  }
}

function factsOf({ origin, size, before, checkpoint }: CheckedLog): object {
  return { origin, size: Number(size), sizeBefore: before === undefined ? null : Number(before), checkpoint }
}
