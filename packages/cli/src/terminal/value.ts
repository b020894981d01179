import { printable } from './style.ts'

/** A value of a configuration, for a person. A digest is for machines; its head tells two apart. */
export function shownValue(value: string | number | boolean | null): string {
  if (value === null) return '(none)'
  const text = printable(String(value))
  return /^(sha256|hmac-sha256):/.test(text) ? `${text.slice(0, text.lastIndexOf(':') + 13)}...` : text
}
