import { setTimeout as sleep } from 'node:timers/promises'
import { logAuditView, type LogAudit } from '@afterai/contract'
import type { Command } from 'commander'
import { ApiProblem } from '../api/problem.ts'
import { printable, type Paint } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { checkLog, type CheckedLog } from '../checkpoints/check-log.ts'
import {
  during,
  leaf,
  locally,
  type Mount,
  online,
  readPositiveInteger,
  type ServerContext,
  serverLeaf,
} from './leaf.ts'
import { becomeServer } from './server.ts'

/** `log`: the log that every record and audit event of the tenant is in. */
export function addLogCommands(program: Command, mount: Mount): void {
  const log = program.command('log').description('The log that holds every record and audit event.')
  serverLeaf(log, 'verify', {
    description:
      'Have the server recompute its log from the first entry: leaves, tiles, checkpoints, numbers of producers. Ends with 1 if anything is wrong.',
    summary: 'Have the server recompute its whole log.',
    examples: ['afterai log verify', 'afterai log verify --json'],
  }).action(online(mount, verifyLog))

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

async function verifyLog(context: ServerContext): Promise<'ok' | 'failed'> {
  const { api, out } = context
  await checkLog({ ...context, remark: out.remark }).catch((error: unknown) => {
    // What can't be read is told with its place by the verification below.
    if (!(error instanceof ApiProblem) || error.code !== 'storage_damaged') throw error
    out.remark('The newest checkpoint could not be held against the one seen before: a part of the log can’t be read.')
  })
  const answer = await during(context, 'Verifying the log', () =>
    api.call(logAuditView, { method: 'GET', path: '/v1/log/audit' }),
  )
  out.answer(answer, { lines: (audit) => auditLines(audit, out.paint) })
  out.remark(
    'A server that vouches for itself proves little: keep checkpoints, and verify records with `record verify`.',
  )
  return answer.value.intact && answer.value.complete ? 'ok' : 'failed'
}

function auditLines({ size, checkpoints, intact, complete, faults }: LogAudit, paint: Paint): string[] {
  const answer = (isGood: boolean): string => paint(isGood ? 'good' : 'bad', isGood ? 'yes' : 'no')
  return [
    ...properties([
      ['entries', String(size)],
      ['checkpoints', String(checkpoints)],
      ['intact', answer(intact)],
      ['complete', answer(complete)],
    ]),
    ...faults.map((fault) => `${paint('bad', 'FAULT')}  ${printable(fault)}`),
  ]
}
