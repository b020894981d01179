import { modelNameForm } from '@afterai/contract'
import { isNoName } from '@afterai/models'
import { vocabularies } from './attribute-table.ts'
import type { ValueKind } from './slots.ts'

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/
const serviceForm = /^[A-Za-z0-9][\w.:@/-]{0,63}(?: [\w.:@/-]{1,32}){0,2}$/
const routeForm = /^\/?[A-Za-z0-9._:@/{}*()<>-]{1,120}$/
const words = new Map(
  Object.entries(vocabularies).map(([kind, list]) => [kind as ValueKind, new Set<string>(list)] as const),
)

/** Texts come again and again, so what became of those seen lately is looked up. */
const mostKnown = 4096
const known = new Map<ValueKind, Map<string, string>>()

/**
 * What is kept of a text on an allowed attribute, or undefined where its form isn't the attribute's: a value that an operator could
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
  // What isn't kept may be content, which nothing here remembers: neither a text that isn't accepted, nor the path before a program's name.
  if (isKept(kind, text, accepted)) texts.set(text, accepted)
  return accepted
}

/** Whether a text may be remembered, now that it is known what is kept of it: all that it says is. */
export function isKept(kind: ValueKind, text: string, accepted: string | undefined): accepted is string {
  return accepted !== undefined && (kind !== 'service' || accepted === text)
}

function accept(kind: ValueKind, text: string): string | undefined {
  switch (kind) {
    case 'name':
      return nameForm.test(text) ? text : undefined
    case 'model':
      return modelNameForm.test(text) && !isNoName(text) ? text : undefined
    case 'evaluation':
      return nameForm.test(text) || serviceForm.test(text) ? text : undefined
    case 'service':
      return serviceName(text)
    case 'route':
      return routeForm.test(text) ? routeName(text) : undefined
    case 'presence':
      return 'present'
    default: {
      const word = text.toLowerCase()
      return words.get(kind)?.has(word) === true ? word : undefined
    }
  }
}

/** What an SDK calls a service without a name, before the program's name, which some of them give with the path on the host. */
const unnamed = 'unknown_service:'

function serviceName(text: string): string | undefined {
  const name = text.startsWith(unnamed) ? text.replace(/^(unknown_service:).*[/\\]/s, '$1') : text
  return serviceForm.test(name) ? name.replaceAll(' ', '-') : undefined
}

/** A template of an address as a name: `/chats/{id}` becomes `chats/:id`. */
function routeName(text: string): string | undefined {
  const mapped = text
    .replaceAll(/[{<(]([^})>]*)[})>]/g, ':$1')
    .replaceAll(/[{}<>()*]/g, '')
    .replace(/^[^A-Za-z0-9]+/, '')
  return nameForm.test(mapped) ? mapped : undefined
}
