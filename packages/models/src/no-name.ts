const noNames: ReadonlySet<string> = new Set([
  '',
  '-',
  'n/a',
  'nan',
  'nil',
  'none',
  'not_given',
  'null',
  'undefined',
  'unknown',
  'unspecified',
])

/** Whether a text is what libraries write where they know no name, such as Python's `None`. */
export function isNoName(text: string): boolean {
  return noNames.has(text.trim().toLowerCase())
}
