import { useEffect, useState } from 'react'

/** By form, what was typed into, and what stands for changes by other means. */
const typedInto = new Map<symbol, Set<Element>>()

/** Whether something stands typed that nobody has sent, in a form of the page or in a dialog over it. */
export function isTyped(): boolean {
  return [...typedInto.keys()].some(hasDraft)
}

/** Lets everything go that was typed: it was sent, or the reader said so. Before the page is left on that account. */
export function forgetTyped(): void {
  typedInto.clear()
}

/** A form that remembers that something was typed into it, until it is left. */
export interface TypedForm {
  /** To spread over the element around its fields. */
  readonly watch: { readonly onInput: (event: { readonly target: EventTarget }) => void }
  /** Notes what was altered by other means than typing, such as a button that adds a row. */
  readonly note: () => void
  readonly isTyped: () => boolean
}

/** Remembers that something was typed into a form, so that nothing drops it without a question. */
export function useTypedForm(): TypedForm {
  const [key] = useState(() => Symbol('form'))
  useEffect(() => () => void typedInto.delete(key), [key])
  const note = (element: Element) => {
    typedInto.set(key, (typedInto.get(key) ?? new Set<Element>()).add(element))
  }
  return {
    watch: { onInput: ({ target }) => (target instanceof Element && tookThought(target) ? note(target) : undefined) },
    note: () => note(document.body),
    isTyped: () => hasDraft(key),
  }
}

/** A password, a code or a search takes none: it is no loss. */
function tookThought(target: Element): boolean {
  if (!(target instanceof HTMLInputElement)) return true
  return !['password', 'search'].includes(target.type) && target.autocomplete !== 'one-time-code'
}

/** Fields that have gone were sent, or left out; empty ones hold nothing. */
function hasDraft(key: symbol): boolean {
  return [...(typedInto.get(key) ?? [])].some((it) => it.isConnected && !('value' in it && it.value === ''))
}
