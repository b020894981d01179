/** Details of decisions as a sentence goes on after "decided". */
const details: Readonly<Record<string, string>> = {
  approve: 'to go ahead',
  approve_with_conditions: 'to go ahead, under conditions',
  accept_risk: 'to go ahead and accept the risk',
  reject: 'not to go ahead',
  defer: 'to wait',
  rollback: 'to roll back',
}

/** What was decided, as the end of a sentence: "to go ahead, under conditions". */
export function decidedTo(detail: string): string {
  return details[detail] ?? detail.replaceAll('_', ' ')
}

/** The same as a heading: "Go ahead, under conditions". */
export function decisionHeading(detail: string): string {
  const text = decidedTo(detail).replace(/^to /, '')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const ends: Readonly<Record<string, string>> = {
  successful: 'it went well',
  successful_issues: 'it went well, with problems',
  unsuccessful: 'it failed',
  cancelled: 'it never ran',
}

/** How the life of a change ended, as the end of a sentence: "it went well". */
export function endedAs(code: string): string {
  return ends[code] ?? code.replaceAll('_', ' ')
}

/** The name of a record in lists: what was decided, and in which system. */
export function recordTitle(record: { readonly decisionDetail: string; readonly system: string }): string {
  return `${decisionHeading(record.decisionDetail)}: ${record.system}`
}
