import { createHash } from 'node:crypto'
import { none, overflow, overflowSystem } from '../limits.ts'

/** A name as the contract has it. */
const plain = /^[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}$/
/** Characters that no name has: controls and line breaks, and the marks of what was no text before it came here. */
const noName = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u
const mostCharacters = 128
const mostWords = 4
const digestLength = 10

/** Characters of an address with its values, which a template hasn't. */
const noTemplate = /[?#%=&]/

/** Names under which the server counts what has none, or is beyond a limit. */
const reserved: ReadonlySet<string> = new Set([none, overflow, overflowSystem])

/** The kind of thing that a name belongs to: the word that stands where nothing of the name can be written in ASCII. */
export type NamedThing = 'service' | 'environment' | 'agent' | 'route'

/**
 * Makes a name that every door takes of what people called something: itself where it is one, or else what ASCII has of it and the beginning of its
 * digest, so that two names never become one (ADR 0024). Undefined for a text that is no name: an empty or a long one, a sentence, several lines.
 */
export function machineName(text: string, thing: NamedThing): string | undefined {
  const said = text.normalize('NFC').trim()
  if (plain.test(said) && !reserved.has(said)) return said
  if (said === '' || noName.test(said) || said.length > mostCharacters) return undefined
  if (said.split(/\s+/u).length > mostWords) return undefined
  const written = said
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._:@/-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, mostCharacters - digestLength - 1)
    .replace(/-+$/, '')
  const digest = createHash('sha256').update(said).digest('hex').slice(0, digestLength)
  return `${written || thing}-${digest}`
}

/**
 * A template of an address as a name: `/chats/{id}`, `/chats/<id>` and `/chats/:id` are `chats/:id`, and what stands for anything is called so.
 * What a template is written with beyond that tells names apart. An address that was asked for is none: its query is somebody's.
 */
export function routeName(text: string): string | undefined {
  if (noTemplate.test(text)) return undefined
  const mapped = text
    .replaceAll(/[{<(]\*?([^{}<>()]*)[})>]/g, ':$1')
    .replaceAll(/\*+(\w*)/g, (_, name: string) => `:${name || 'any'}`)
    .replace(/^\/+/, '')
  return plain.test(mapped) && !reserved.has(mapped) ? mapped : machineName(text, 'route')
}
