/** Fields whose label on a page is another word than their name in the API. */
const labels: Readonly<Record<string, string>> = {
  justification: 'Reasons',
  backoutPlan: 'How to go back',
  testPlan: 'How it is tested',
  implementationPlan: 'How it is done',
  riskImpactAnalysis: 'What it could do',
  reviewBy: 'Review by',
  changeTypes: 'Kinds',
  changeClass: 'Class',
  intent: 'When',
  checks: 'Checked by telemetry',
  email: 'E-mail address',
  newPassword: 'New password',
  slug: 'Short name',
  url: 'Address',
  expiresAt: 'Ends',
  accountId: 'Account',
  to: 'Person',
  validDays: 'Holds for',
  quorum: 'How many approve',
  approverId: 'Approver',
}

/** One of several, as the page numbers them. */
const singulars: Readonly<Record<string, string>> = {
  rules: 'Rule',
  clauses: 'Clause',
  conditions: 'Condition',
  checks: 'Check',
  metrics: 'Metric',
  prompts: 'Prompt',
  tools: 'Tool',
}

/**
 * What a page calls the field of a JSON pointer, from the outermost part to the innermost; a place in a file is called as it is. Undefined
 * for what is no field of a form.
 */
export function fieldName(pointer: string): string | undefined {
  if (!pointer.startsWith('/')) return pointer.trim() === '' ? undefined : capital(pointer)
  const parts = pointer.split('/').filter((part) => part !== '' && part !== 'querystring' && part !== 'params')
  if (parts.length === 0 || parts[0] === 'headers') return undefined
  const words = parts.flatMap((part, at) => {
    if (/^\d+$/.test(part)) return at === 0 ? [`No. ${Number(part) + 1}`] : []
    const nth = parts[at + 1] ?? ''
    const one = singulars[part] ?? labels[part] ?? spaced(part)
    return [/^\d+$/.test(nth) ? `${one} ${Number(nth) + 1}` : (labels[part] ?? spaced(part))]
  })
  const [first = '', ...rest] = words
  return [capital(first), ...rest.map((word) => word.charAt(0).toLowerCase() + word.slice(1))].join(', ')
}

type Rule = readonly [form: RegExp, words: (...found: string[]) => string]

/** What the server's checks say, as a page says it. */
const rules: readonly Rule[] = [
  [/^Too small: expected string to have >=1 characters?$/, () => 'It can’t be empty.'],
  [/^Too small: expected string to have >=(\d+) characters?$/, (least) => `It needs ${least} characters at least.`],
  [/^Too big: expected string to have <=(\d+) characters?$/, (most) => `It can have ${most} characters at most.`],
  [/^Too small: expected array to have >=1 items?$/, () => 'Choose one at least.'],
  [/^Too small: expected array to have >=(\d+) items?$/, (least) => `It needs ${least} at least.`],
  [/^Too big: expected array to have <=(\d+) items?$/, (most) => `It can have ${most} at most.`],
  [/^Too small: expected (?:number|int) to be >=(\S+)$/, (least) => `It has to be ${least} at least.`],
  [/^Too small: expected (?:number|int) to be >(\S+)$/, (bound) => `It has to be more than ${bound}.`],
  [/^Too big: expected (?:number|int) to be <=(\S+)$/, (most) => `It can be ${most} at most.`],
  [/^Too big: expected (?:number|int) to be <(\S+)$/, (bound) => `It has to be less than ${bound}.`],
  [/^Invalid input: expected \S+, received undefined$/, () => 'It is needed.'],
  [/^Invalid input: expected (?:number|int)\b/, () => 'It has to be a number.'],
  [/^Invalid input/, () => 'It can’t be this.'],
  [/^Invalid option/, () => 'It is none of those that can be chosen.'],
  [/^Invalid ISO date/, () => 'It has to be a day of the calendar.'],
  [/^Invalid email/, () => 'It is no e-mail address.'],
  [/^Invalid URL/i, () => 'It is no address of the web.'],
  [/^Unrecognized keys?/, () => 'The server knows no such field: reload the page.'],
]

/** What is wrong with a field, in words for whoever filled it in. */
export function faultWords(detail: string): string {
  for (const [form, words] of rules) {
    const found = form.exec(detail)
    if (found !== null) return words(...found.slice(1))
  }
  const plain = withoutCommand(detail)
  // The server's own sentences begin with what the field is or does, and leave out "it".
  const isPredicate = /^(?:is|are|lies|needs|may|must|has|have|holds|names|was|can|comes|ends|begins|does)\b/.test(
    plain,
  )
  const text = isPredicate ? `It ${plain}` : capital(plain)
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** A text of the API without the command that it names at its end: a page has buttons for that. */
export function withoutCommand(text: string): string {
  return text.replace(/[;:,]?\s*(?:(?:see|tell it|look at it again|first|with|by)?[:,]?\s*)`?afterai [a-z][^.;]*$/, '')
}

function spaced(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])/g, (_, one: string, other: string) => `${one} ${other.toLowerCase()}`)
    .replaceAll('_', ' ')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
