import type { OxlintOverride } from 'oxlint'

/** Packages of ours that each package may import: `packages/<name>` -> names of packages. Source: ARCHITECTURE.md, the import rule. */
export const packageImports: Readonly<Record<string, readonly string[]>> = {
  record: [],
  evidence: [],
  models: [],
  contract: ['@afterai/record', '@afterai/evidence'],
  client: [],
  'embedded-postgres': [],
  sdk: [],
  server: [
    '@afterai/record',
    '@afterai/contract',
    '@afterai/evidence',
    '@afterai/models',
    '@afterai/embedded-postgres',
  ],
  cli: ['@afterai/record', '@afterai/contract', '@afterai/evidence', '@afterai/client'],
  // What a browser loads: of ours, the client and the verifier alone.
  console: ['@afterai/client', '@afterai/record'],
}

/** The server's folders, foundation first: a folder may import only folders that stand before it. */
export const serverFolders: readonly string[] = [
  'platform',
  'audit',
  'access',
  'live',
  'views',
  'identity',
  'keys',
  'ledger',
  'trail',
  'ace',
  'capture',
  'aura',
  'policy',
  'pacr',
  'standing',
  'worklist',
  'notify',
  'sample',
  'backup',
  'instance',
]

/** Folders in `platform`, each with a door for its neighbours as for everybody else. */
export const foundationFolders: readonly string[] = ['hardening', 'metrics', 'rate-limits']

/** Folders of the server whose insides are nobody else's: they are reached through their `index.ts`, as are the folders in `platform`. */
const withDoors = serverFolders.filter((folder) => folder !== 'platform')

/** Names of our packages, and the folders that they are in. */
const folders = new Map([
  ...Object.keys(packageImports).map((name) => [name === 'cli' ? 'afterai' : `@afterai/${name}`, name] as const),
  ['@afterai/testing', 'testing'] as const,
])
const tests = ['*.test.ts', 'tests/**/*.ts', 'testing/**/*.ts']

type Pattern = { readonly message: string } & ({ readonly group: string[] } | { readonly regex: string })

function forbid(patterns: readonly Pattern[]): NonNullable<OxlintOverride['rules']> {
  return { 'no-restricted-imports': ['error', { patterns: [...patterns] }] }
}

/** Lint overrides that enforce the tables above. Of two that match a file the later one holds. */
export function boundaries(): OxlintOverride[] {
  // A package that isn't in the table may import none of ours.
  const unknown = { files: ['packages/*/**/*.{ts,tsx}'], rules: forbid(packagePatterns([])) }
  const packages = Object.entries(packageImports).flatMap(([name, allowed]) =>
    asCodeAndTests(`packages/${name}`, (isTest) =>
      packagePatterns([`@afterai/${name}`, ...allowed, ...(isTest ? ['@afterai/testing'] : [])]),
    ),
  )
  const server = serverFolders.flatMap((folder, index) =>
    asCodeAndTests(`packages/server/src/${folder}`, (isTest) => [
      ...packagePatterns([...(packageImports['server'] ?? []), ...(isTest ? ['@afterai/testing'] : [])]),
      ...laterFolders(folder, index),
      ...(isTest ? [] : insidesOf(index)),
    ]),
  )
  // The SDK's tests hold it against the contract that it may not carry, and its digests against the record's.
  const sdkTests = {
    files: ['packages/sdk/{tests,testing}/**/*.ts'],
    rules: forbid(packagePatterns(['@afterai/sdk', '@afterai/contract', '@afterai/record', '@afterai/testing'])),
  }
  // So do the client's: its names and types are made of the contract.
  const clientTests = {
    files: ['packages/client/tests/**/*.ts'],
    rules: forbid(packagePatterns(['@afterai/client', '@afterai/contract'])),
  }
  // Its databases have the server's schema, which the server offers nobody.
  const testing = {
    files: ['packages/testing/src/*.ts'],
    rules: forbid([
      byName(['@afterai/testing', '@afterai/embedded-postgres']),
      byPath(['@afterai/testing', '@afterai/server']),
    ]),
  }
  return [unknown, ...packages, ...server, sdkTests, clientTests, testing]
}

function asCodeAndTests(folder: string, patterns: (isTest: boolean) => Pattern[]): OxlintOverride[] {
  return [
    { files: [`${folder}/**/*.{ts,tsx}`], rules: forbid(patterns(false)) },
    { files: tests.map((it) => `${folder}/**/${it}`), rules: forbid(patterns(true)) },
  ]
}

function packagePatterns(allowed: readonly string[]): Pattern[] {
  return [byName(allowed), byPath(allowed)]
}

function byName(allowed: readonly string[]): Pattern {
  const forbidden = [...folders.keys()].filter((other) => !allowed.includes(other))
  return {
    group: forbidden.flatMap((other) => [other, `${other}/**`]),
    message: 'this package may not be imported here: see the import rule in ARCHITECTURE.md.',
  }
}

/** Another package by its path instead of its name. */
function byPath(allowed: readonly string[]): Pattern {
  const others = [...folders].flatMap(([name, folder]) => (allowed.includes(name) ? [] : [folder]))
  return {
    regex: `^(\\.\\./)+(packages/)?(${others.join('|')})/(src|tests|testing|bin)/`,
    message:
      'a path leads into another package: import it by its name, where the import rule in ARCHITECTURE.md lets you.',
  }
}

function laterFolders(folder: string, index: number): Pattern[] {
  const later = serverFolders.slice(index + 1)
  if (later.length === 0) return []
  return [
    {
      group: later.flatMap((it) => [`**/${it}/**`, `../${it}`]),
      message: `server/src/${folder} may import only the folders above it in ARCHITECTURE.md; pass a callback from instance/composition.ts instead.`,
    },
  ]
}

const reachesInside = 'this reaches inside another folder: import it from the index.ts of that folder.'

function behindItsDoor(folder: string): string[] {
  return [`**/${folder}/**`, `!**/${folder}/index.ts`]
}

function insidesOf(index: number): Pattern[] {
  if (index === 0) return [{ group: foundationFolders.flatMap(behindItsDoor), message: reachesInside }]
  const earlier = withDoors.filter((it) => serverFolders.indexOf(it) < index)
  return [
    {
      group: [
        ...earlier.flatMap((it) => [`../**/${it}/**`, `!../**/${it}/**/index.ts`]),
        // The foundation's files are each their own door; its folders have one like others.
        '../**/platform/*/**',
        '!../**/platform/*/index.ts',
      ],
      message: reachesInside,
    },
  ]
}
