import { modelNameForm } from '@afterai/contract'
import { isNoName } from '@afterai/models'
import { vocabularies } from './attribute-table.ts'
import { finishReasonOf } from './finish-reasons.ts'
import { machineName, routeName } from './machine-name.ts'
import type { ValueKind } from './slots.ts'

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/
const versionForm = /^[A-Za-z0-9][A-Za-z0-9._:@/+~!-]{0,127}$/
const wordsForm = /^[A-Za-z0-9][\w.:@/-]{0,63}(?: [\w.:@/-]{1,32}){0,2}$/
const words = new Map(
  Object.entries(vocabularies).map(([kind, list]) => [kind as ValueKind, new Set<string>(list)] as const),
)

/** Texts come again and again, so what became of those seen lately is looked up. */
const mostKnown = 4096
const known = new Map<ValueKind, Map<string, string>>()

/**
 * Finds the part that is kept of a text on an allowed attribute, or undefined where its form isn't the attribute's: a value that an operator could
 * have typed as a name passes, a sentence doesn't.
 */
export function acceptedText(kind: ValueKind, text: string): string | undefined {
  let texts = known.get(kind)
  if (texts === undefined || texts.size >= mostKnown) {
    texts = new Map()
    known.set(kind, texts)
  }
  const there = texts.get(text)
  if (there !== undefined) return there
  const accepted = accept(kind, text)
  // What isn't kept may be content, which nothing here remembers: neither a text that isn't accepted, nor what stands around a word.
  if (isKept(kind, text, accepted)) texts.set(text, accepted)
  return accepted
}

/** Whether a text may be remembered, now that it is known what is kept of it: all that it says is, not a path or a list's other parts. */
export function isKept(kind: ValueKind, text: string, accepted: string | undefined): accepted is string {
  if (accepted === undefined) return false
  if (kind === 'finishReason') return accepted === text.toLowerCase()
  return kind !== 'service' || !text.startsWith(unnamed) || accepted === text
}

function accept(kind: ValueKind, text: string): string | undefined {
  switch (kind) {
    case 'name':
      return nameIn(text, nameForm)
    case 'version':
      return nameIn(text, versionForm)
    case 'model':
      return nameIn(text, modelNameForm)
    case 'evaluation':
      return nameForm.test(text) || wordsForm.test(text) ? text : undefined
    case 'service':
      return serviceName(text)
    case 'environment':
    case 'agent':
      return machineName(text, kind)
    case 'route':
      return routeName(text)
    case 'finishReason':
      return finishReasonOf(text)
    case 'presence':
      return 'present'
    default: {
      const word = text.trim().toLowerCase()
      return words.get(kind)?.has(word) === true ? word : undefined
    }
  }
}

/** A name without what stands around it: a blank at the end of a setting is none of its characters. */
function nameIn(text: string, form: RegExp): string | undefined {
  const name = text.trim()
  return form.test(name) && !isNoName(name) ? name : undefined
}

/** The beginning of an SDK's name for a service without one: the program's name follows, which some of them give with the path on the host. */
const unnamed = 'unknown_service:'

function serviceName(text: string): string | undefined {
  return machineName(text.startsWith(unnamed) ? text.replace(/^(unknown_service:).*[/\\]/s, '$1') : text, 'service')
}
