import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Promised, promises } from './promises.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A test that says which promise it proves. */
export interface Proof {
  readonly id: string
  readonly title: string
  readonly file: string
}

/** Every test whose title begins with the id of a promise, in the order of files. */
export function findProofs(): Proof[] {
  return globSync('{packages,e2e,scripts}/**/*.test.ts', { cwd: root, exclude: (name) => name === 'node_modules' })
    .toSorted()
    .flatMap((file) =>
      [
        ...readFileSync(`${root}${file}`, 'utf8').matchAll(
          /\(\s*(['"`])((?:P\d\.\d[, ]*)+)(?:ASVS [\d., to]+)?: ((?:(?!\1).)+)\1/g,
        ),
      ].flatMap(([, , ids = '', title = '']) =>
        (ids.match(/P\d\.\d/g) ?? []).map((id) => ({ id, title: readable(title), file })),
      ),
    )
}

// A title may stand for a table of cases; what differs between them is left open.
function readable(title: string): string {
  return title.replaceAll(/["“]?(?:%[a-z]|\$[\w.]+)["”]?(?:=(?:%[a-z]|\$[\w.]+))?/g, '…')
}

/** `docs/security.md`: each promise, how much of it is built, and the tests that try to break it. */
export function securityReference(): string {
  const proofs = findProofs()
  return `# Security: promises and proofs

What AfterAI promises, how much of it is built, and the tests that try to break it. Tests name the promise that they prove; this page is generated from
them by \`npm run generate\`, and a test keeps it true. A promise that is not built says so; don't rely on it.

## What to know besides

- Who holds the log's key and the database can sign another history. Keep a checkpoint (\`GET /v1/log/checkpoint\`) outside: whoever has one detects it.
- The keys in the data directory are the instance. Back them up apart from the database, and guard them as you guard it.
- Row level security is a second wall. SQL is never built from strings; code that ran arbitrary SQL in a request's transaction could name another tenant.
- Rates, connections, slow clients and load are bounded in each process. A flood that fills your line never reaches it: that needs your provider’s edge.
- A record names accounts, not hands. Where the instance sends no mail, an administrator sees the reset codes that they make for members, and with a code could
  approve as another; linking a provider’s identity to a member does the same. Both leave events. Set up mail, and have approvers use second factors.
- Without mail, whoever invites an address that has no account holds its code, and could accept it in place of the person. An operator’s reset of such an account takes all
  of its credentials away.
- The server speaks plain HTTP: put TLS in front of it. \`AFTERAI_MODE=production\` refuses what a named proxy doesn’t say came by https (ADR 0019).

## Promises

${promises.map((promise) => section(promise, proofs)).join('\n')}`
}

function section({ id, promise, state, missing }: Promised, proofs: readonly Proof[]): string {
  const own = proofs.filter((proof) => proof.id === id && proof.title !== '…')
  const note = missing === undefined ? '' : `\nMissing: ${missing}\n`
  const list = own.map(({ title, file }) => `- ${title} ([${file}](../${file}))\n`).join('')
  return `### ${id} ${promise}\n\n**${state}**${state === 'built' ? '' : '.'}${note === '' ? '' : ` ${note.trim()}`}\n\n${list}`
}
