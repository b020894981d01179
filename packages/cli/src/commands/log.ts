import { logAuditView, type LogAudit } from '@afterai/contract'
import type { Command } from 'commander'
import { printable, type Paint } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { during, online, serverLeaf, type Mount, type ServerContext } from './leaf.ts'

/** `log`: the log that every record and audit event of the tenant is in. */
export function addLogCommands(program: Command, mount: Mount): void {
  const log = program.command('log').description('The log that holds every record and audit event.')
  serverLeaf(log, 'verify', {
    description:
      'Have the server recompute its log from the first entry: leaves, tiles, checkpoints, numbers of producers. Ends with 1 if anything is wrong.',
    summary: 'Have the server recompute its whole log.',
    examples: ['afterai log verify', 'afterai log verify --json'],
  }).action(online(mount, verifyLog))
}

async function verifyLog(context: ServerContext): Promise<'ok' | 'failed'> {
  const { api, out } = context
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
