import { problems, type ProblemCode } from '@afterai/contract'
import { z } from 'zod'
import { CommandFailure } from '../command-failure.ts'
import type { ExitName } from '../exit-codes.ts'
import { printable } from '../terminal/style.ts'

/** Problem details of a request that a server refused. Every member is optional: a proxy in between may answer too. */
const problemDocument = z.object({
  code: z.string().optional(),
  type: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  permission: z.string().optional(),
  moreErrors: z.number().optional(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
})

/** A request that the server refused (RFC 9457). */
export class ApiProblem extends CommandFailure {
  readonly status: number
  readonly code: string | undefined
  /** The permission that the caller lacks, where that is why. */
  readonly permission: string | undefined

  constructor(status: number, body: unknown) {
    const problem = problemDocument.safeParse(body).data ?? {}
    const code = problem.code ?? problem.type?.split(/[/#:]/).at(-1)
    const known = isProblemCode(code) ? problems[code] : undefined
    super(exitOf(status), printable(problem.title ?? known?.[1] ?? `The server answered ${status}`), {
      lines: linesOf(problem),
      ...(known ? { remedy: remedyOf(code, known[2], problem) } : {}),
    })
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.permission = problem.permission
  }
}

function linesOf({
  title,
  detail,
  errors = [],
  moreErrors = 0,
  permission,
}: z.infer<typeof problemDocument>): string[] {
  const faults = errors.map((fault) => printable(fault.pointer ? `${fault.pointer}: ${fault.detail}` : fault.detail))
  return [
    ...(detail !== undefined && detail !== title ? [printable(detail)] : []),
    ...(permission === undefined ? [] : [`permission: ${printable(permission)}`]),
    ...faults.map((fault) => `  ${fault}`),
    ...(moreErrors > 0 ? [`  ... and ${moreErrors} more`] : []),
  ]
}

function remedyOf(code: string | undefined, remedy: string, { instance }: z.infer<typeof problemDocument>): string {
  if (code === 'unauthenticated' || code === 'session_revoked') return 'Sign in with `afterai login --email YOU`.'
  if (code === 'step_up_required')
    return 'Sign in again with `afterai login`, or run this in a terminal, where it asks you.'
  return code === 'internal_error' && instance !== undefined ? `${remedy} instance: ${printable(instance)}` : remedy
}

function exitOf(status: number): ExitName {
  if (status === 401) return 'unauthenticated'
  if (status === 403) return 'forbidden'
  return status === 502 || status === 503 || status === 504 ? 'unreachable' : 'failed'
}

function isProblemCode(code: string | undefined): code is ProblemCode {
  return code !== undefined && Object.hasOwn(problems, code)
}
