import type { OxlintOverride } from 'oxlint'

/** What each package may import of ours: `packages/<name>` -> names of packages. Source: ARCHITECTURE.md, the import rule. */
export const packageImports: Readonly<Record<string, readonly string[]>> = {
  record: [],
  evidence: [],
  models: [],
  contract: ['@afterai/record'],
  sdk: [],
  server: ['@afterai/record', '@afterai/contract', '@afterai/evidence', '@afterai/models'],
  cli: ['@afterai/record', '@afterai/contract', '@afterai/evidence'],
}

/** The server's folders, foundation first: a folder may import only folders that stand before it. */
export const serverFolders: readonly string[] = [
  'platform',
  'audit',
  'identity',
  'keys',
  'ledger',
  'trail',
  'capture',
  'ace',
  'aura',
  'pacr',
  'notify',
  'sample',
  'backup',
]

const ours = [
  '@afterai/record',
  '@afterai/evidence',
  '@afterai/models',
  '@afterai/contract',
  '@afterai/server',
  '@afterai/sdk',
  '@afterai/testing',
  'afterai',
]

interface Pattern {
  group: string[]
  message: string
}

function forbid(patterns: Pattern[]): NonNullable<OxlintOverride['rules']> {
  return { 'no-restricted-imports': ['error', { patterns }] }
}

/** Lint overrides that enforce the two tables above. Tests may import `@afterai/testing` besides. */
export function boundaries(): OxlintOverride[] {
  const packages = Object.entries(packageImports).map(([name, allowed]) => ({
    files: [`packages/${name}/**/*.ts`],
    rules: forbid(packagePatterns(name, allowed)),
  }))
  const server = serverFolders.map((folder, index) => ({
    files: [`packages/server/src/${folder}/**/*.ts`],
    rules: forbid([
      ...packagePatterns('server', packageImports['server'] ?? []),
      {
        group: serverFolders.slice(index + 1).flatMap((later) => [`**/${later}/**`, `../${later}`]),
        message: `server/src/${folder} may import only the folders above it in ARCHITECTURE.md; pass a callback from main.ts instead.`,
      },
    ]),
  }))
  // The SDK's tests hold it against the contract that it may not carry.
  const sdkTests = {
    files: ['packages/sdk/{tests,testing}/**/*.ts'],
    rules: forbid(packagePatterns('sdk', ['@afterai/contract'])),
  }
  return [...packages, ...server, sdkTests]
}

function packagePatterns(name: string, allowed: readonly string[]): Pattern[] {
  const forbidden = ours.filter((other) => !allowed.includes(other) && other !== '@afterai/testing')
  return [
    {
      group: forbidden.flatMap((other) => [other, `${other}/**`]),
      message: `packages/${name} may not import this package: see the import rule in ARCHITECTURE.md.`,
    },
  ]
}
