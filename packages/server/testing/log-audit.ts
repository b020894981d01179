import { type LogAudit, logAuditLine } from '@afterai/contract'
import { followNumbers } from '@afterai/record'

/** The verdict that the lines of an audit from the first entry on come to. */
export function readAudit({ status, text }: { readonly status: number; readonly text: string }): LogAudit {
  if (status !== 200) throw new Error(`the audit was answered ${status}: ${text}`)
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => logAuditLine.parse(JSON.parse(line)))
  const numbers = followNumbers()
  for (const { producers } of lines)
    for (const [producer, seen] of Object.entries(producers)) numbers.add(producer, seen)
  const faults = lines.flatMap((line) => line.faults)
  const gaps = [...numbers.faults(), ...lines.flatMap(({ incomplete }) => incomplete)]
  return {
    size: lines.at(-1)?.size ?? 0,
    checkpoints: lines.reduce((sum, line) => sum + line.checkpoints, 0),
    intact: faults.length === 0,
    complete: gaps.length === 0,
    faults: [...faults, ...gaps],
  }
}
