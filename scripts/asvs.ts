import { findTitles } from './test-titles.ts'

/** The requirements of OWASP ASVS 5.0 that this product must prove, in the standard's words made short. */
export const requirements = {
  '1.2.4': 'Queries are parameterised, against injection into the database',
  '1.2.10': 'CSV and spreadsheet exports don’t carry formulas',
  '1.3.6': 'Server-side requests go to an allow list',
  '1.3.11': 'What somebody wrote becomes no header and no recipient of a mail',
  '1.3.12': 'Regular expressions and parsers don’t backtrack without end',
  '2.3.4': 'Limited resources are locked, so that none is spent twice',
  '2.4.1': 'Anti-automation keeps calls from exhausting what is limited',
  '3.3.1': 'Cookies are Secure, with a `__Secure-` or `__Host-` prefix',
  '3.3.2': 'Cookies have SameSite by their purpose',
  '3.3.3': 'Cookies have the `__Host-` prefix unless shared',
  '3.3.4': 'Session cookies are HttpOnly',
  '3.4.1': 'Strict-Transport-Security on every answer',
  '3.4.2': 'Cross-origin sharing is refused or by an allow list',
  '3.4.3': 'Content-Security-Policy on every answer',
  '3.4.4': 'X-Content-Type-Options: nosniff on every answer',
  '3.4.5': 'A referrer policy keeps addresses in',
  '3.4.6': 'frame-ancestors on every answer',
  '3.5.1': 'Requests from other sites are refused',
  '3.5.3': 'What changes something isn’t done by a safe method',
  '3.5.8': 'Resources aren’t loaded by other sites',
  '4.1.3': 'Headers of intermediaries can’t be set by clients',
  '4.1.4': 'Only methods that are meant are answered',
  '4.2.1': 'Messages have one length, against request smuggling',
  '5.2.1': 'Files are only taken up to a size',
  '5.3.2': 'Paths of files don’t come of what somebody sends',
  '6.2.3': 'Changing a password needs the present one',
  '6.2.4': 'Passwords are checked against common ones',
  '6.2.8': 'Passwords are verified exactly as given',
  '6.3.1': 'Guessing and stuffing of credentials are slowed down',
  '6.3.2': 'There are no default accounts',
  '6.3.8': 'Answers don’t tell which accounts exist',
  '6.4.3': 'A forgotten password’s reset doesn’t get past the second factor',
  '6.5.1': 'One-time codes are used once',
  '6.8.1': 'Identities of one provider can’t be taken for another’s',
  '6.8.2': 'Signatures of assertions are verified',
  '6.8.3': 'Assertions are used once',
  '7.2.4': 'A new session token at each sign-in',
  '7.3.1': 'Sessions end when idle',
  '7.3.2': 'Sessions end after a time at most',
  '7.4.1': 'An ended session is refused at once',
  '7.4.2': 'Sessions of a disabled account end',
  '7.4.3': 'A change of a factor can end all other sessions',
  '7.4.5': 'Administrators can end sessions of others',
  '7.5.1': 'Changes of factors need a fresh proof',
  '7.5.2': 'People see their sessions and end them',
  '8.2.1': 'Functions are for those with the permission',
  '8.2.2': 'Objects are for those with the permission',
  '8.2.3': 'Fields are for those with the permission',
  '8.3.2': 'Changes of permission count at once',
  '8.4.1': 'Tenants are kept apart',
  '9.1.1': 'Tokens are verified before they are read',
  '9.1.2': 'Algorithms are an allow list',
  '9.1.3': 'Keys come from where they should',
  '9.2.1': 'Tokens are refused outside their time',
  '9.2.2': 'Tokens are refused for another purpose',
  '9.2.3': 'Tokens are refused for another audience',
  '10.2.1': 'The code flow is bound to its browser',
  '10.5.1': 'ID tokens aren’t replayed',
  '11.3.4': 'Nonces aren’t used twice',
  '11.4.2': 'Passwords are stored with a slow hash',
  '11.5.1': 'Secrets have enough random bits',
  '12.2.1': 'Clients connect over TLS alone, without falling back',
  '12.3.1': 'Connections to other services are encrypted',
  '14.2.1': 'Sensitive data isn’t in addresses',
  '14.2.7': 'Data goes when its time is over',
  '14.3.2': 'Answers aren’t cached',
  '15.3.3': 'Unknown members are refused',
  '15.3.6': 'Prototypes can’t be polluted',
  '16.2.5': 'Sensitive data isn’t in logs',
  '16.3.2': 'Refusals are recorded',
  '16.4.1': 'Logs can’t be forged by what clients write',
  '16.4.2': 'Records can’t be changed',
  '16.5.3': 'Errors show nothing of the inside, and fail closed',
} as const satisfies Readonly<Record<string, string>>

/** An id of the table above. */
export type RequirementId = keyof typeof requirements

/** Why a requirement has no test of its own. Remove the reason with the test that proves it. */
export const reasons: Partial<Readonly<Record<RequirementId, string>>> = {
  '6.8.3': 'There is no SAML; that a code of OpenID Connect is used once is proved under 10.2.1.',
  '11.5.1':
    'API keys and refresh handles have 190 random bits. Codes that a person may have to type have 98: they live for days at most, and guessing is slowed down (6.3.1).',
}

/** A test that names a requirement. */
export interface Evidence {
  readonly id: string
  readonly title: string
  readonly file: string
}

/** Every test whose title names an id of ASVS: `P3.2, ASVS 7.2.4: …`, `ASVS 1.3.12, 4.2.1: …`, also `3.4.1-4`. */
export function findEvidence(): Evidence[] {
  return findTitles().flatMap(({ title, file }) => {
    const head = /^[^:]*/.exec(title)?.[0] ?? ''
    const [, named = ''] = /ASVS ([\d., -]+)/.exec(head) ?? []
    return [...named.matchAll(/(\d+\.\d+\.)(\d+)(?:-(\d+))?/g)].flatMap(([, group = '', first, last]) =>
      idsOf(group, Number(first), Number(last ?? first)).map((id) => ({ id, title, file })),
    )
  })
}

function idsOf(group: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, n) => `${group}${first + n}`)
}

/** `docs/reference/asvs.md`: each requirement and its tests. */
export function asvsReference(): string {
  const evidence = findEvidence()
  const rows = Object.entries(requirements).map(([id, text]) => {
    const own = evidence.filter((it) => it.id === id)
    const reason = reasons[id as RequirementId]
    const proof = own.map(({ title, file }) => `${title.replaceAll('|', '\\|')} ([test](../../${file}))`).join('<br>')
    return `| ${id} | ${text} | ${proof || (reason === undefined ? '**open**' : `no test: ${reason}`)} |`
  })
  const open = Object.keys(requirements).filter(
    (id) => reasons[id as RequirementId] === undefined && !evidence.some((it) => it.id === id),
  )
  return `# OWASP ASVS 5.0

The requirements of the [Application Security Verification Standard](https://owasp.org/www-project-application-security-verification-standard/) that this product
sets out to prove, and the tests whose titles name them. Generated by \`npm run generate\`. **open** means that no test names the requirement yet: don't rely on it.

Open: ${open.length} of ${Object.keys(requirements).length}${open.length === 0 ? '' : ` (${open.join(', ')})`}.

| id | requirement | proof |
|---|---|---|
${rows.join('\n')}
`
}
