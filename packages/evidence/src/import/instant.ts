/** RFC 3339, with its offset: without one it could be any of 26 hours. */
const form = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/i

/** Reads an instant that a file tells; undefined where it tells none, or not for certain. In UTC with milliseconds. */
export function readInstant(value: unknown): string | undefined {
  if (typeof value !== 'string' || !form.test(value)) return undefined
  const at = Date.parse(value.replace(' ', 'T'))
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}
