import { ApiProblem, NoAnswer } from '@afterai/client'
import { faultWords, fieldName, withoutCommand } from './fault-words.ts'
import { remedies, titles } from './remedies.ts'

/** What went wrong, in words for whoever reads the page. */
export interface ProblemWords {
  readonly title: string
  readonly remedy: string
  /** By which an administrator finds it in the log; undefined where no server answered. */
  readonly requestId: string | undefined
  /** How long the server asks to be left alone. */
  readonly retryAfterMs: number | undefined
  /** Fields that were refused: where in the request, what a page calls it, and what is wrong with it. */
  readonly fields: readonly {
    readonly pointer: string
    readonly name: string | undefined
    readonly detail: string
  }[]
}

/** Puts an error into words. What isn't known stays opaque: no stack is ever shown. */
export function toWords(error: unknown): ProblemWords {
  const nothing = { requestId: undefined, retryAfterMs: undefined, fields: [] }
  if (error instanceof NoAnswer)
    return {
      ...nothing,
      title: 'The server gave no answer',
      remedy: 'What you typed is kept. Try again in a moment; if it stays, ask whoever runs AfterAI.',
    }
  if (!(error instanceof ApiProblem))
    return { ...nothing, title: 'This page has a fault', remedy: 'Reload it. If it stays, ask whoever runs AfterAI.' }
  const { problem, retryAfterMs } = error
  if (error.status === 404)
    return {
      ...nothing,
      requestId: text(problem['instance']),
      title: text(problem['detail']) ?? 'There is no such thing here',
      remedy: 'It may belong to another tenant, or its address was mistyped.',
    }
  const permission = text(problem['permission'])
  const detail = text(withoutCommand(text(problem['detail']) ?? ''))
  const title = titles[error.code] ?? text(problem['title']) ?? `The server answered ${error.status}`
  return {
    title: detail === undefined ? title : `${title}: ${detail}`,
    remedy:
      permission === undefined
        ? (remedies[error.code] ?? text(problem['remedy']) ?? 'Try again.')
        : `It needs the permission ${permission}, which an administrator of your tenant can give.`,
    requestId: text(problem['instance']),
    retryAfterMs,
    fields: Array.isArray(problem['errors']) ? problem['errors'].flatMap(toField) : [],
  }
}

/** Of each error the places of it that a form has told at its own field. */
const toldAtFields = new WeakMap<object, Set<string>>()

/**
 * What was refused of a field of a form, by a part of its pointer; undefined where nothing was. What is told so is not told again by the
 * problem below the form (`untold`).
 */
export function faultOf(error: unknown, name: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const fault = toWords(error).fields.find(({ pointer }) => `${pointer}/`.includes(`/${name}/`))
  if (fault === undefined) return undefined
  toldAtFields.set(error, (toldAtFields.get(error) ?? new Set()).add(fault.pointer))
  return fault.detail
}

/** What was refused, and is said at no field of the page: nothing of it stays hidden. */
export function untold(error: unknown): ProblemWords['fields'] {
  const told = typeof error === 'object' && error !== null ? toldAtFields.get(error) : undefined
  return toWords(error).fields.filter(({ pointer }) => told?.has(pointer) !== true)
}

function toField(value: unknown): ProblemWords['fields'] {
  if (typeof value !== 'object' || value === null) return []
  const { pointer, detail } = value as { readonly pointer?: unknown; readonly detail?: unknown }
  if (typeof pointer !== 'string' || typeof detail !== 'string') return []
  return [{ pointer, name: fieldName(pointer), detail: faultWords(detail) }]
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
