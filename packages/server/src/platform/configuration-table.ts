import {
  databaseUrl,
  directory,
  hostNames,
  listenAddress,
  oneOf,
  webOrigin,
  wholeNumber,
} from './configuration-kinds.ts'
import type { Kind } from './configuration-kinds.ts'

/** One variable of the environment that the server reads. */
export interface Setting<T> {
  readonly variable: `AFTERAI_${string}`
  readonly kind: Kind<T>
  /** As one would write it into the environment. */
  readonly default?: string
  /** Said of the default where it isn't a fixed text. */
  readonly defaultMeaning?: string
  /** A secret may come from a file too (`<variable>_FILE`) and is never printed. */
  readonly secret: boolean
  readonly description: string
}

/** Every variable of the server. `docs/reference/configuration.md` is generated from this table. */
export const configurationTable = {
  mode: {
    variable: 'AFTERAI_MODE',
    kind: oneOf('trial', 'production'),
    default: 'trial',
    secret: false,
    description:
      '`trial` is for trying AfterAI on one machine: it listens on loopback alone and brings its own PostgreSQL. `production` refuses to start unless the deployment is complete and safe.',
  },
  listen: {
    variable: 'AFTERAI_LISTEN',
    kind: listenAddress,
    default: '127.0.0.1:4680',
    secret: false,
    description: 'Address and port to listen on. Port 0 takes any free one.',
  },
  publicUrl: {
    variable: 'AFTERAI_PUBLIC_URL',
    kind: webOrigin,
    defaultMeaning: 'the address it listens on',
    secret: false,
    description: 'Where browsers and clients reach the server. Must be https in production.',
  },
  dataDir: {
    variable: 'AFTERAI_DATA_DIR',
    kind: directory,
    default: './afterai-data',
    secret: false,
    description:
      'What the server keeps on disk: the embedded database and, unless `AFTERAI_KEY_DIR` says otherwise, the keys.',
  },
  keyDir: {
    variable: 'AFTERAI_KEY_DIR',
    kind: directory,
    defaultMeaning: '`keys` in the data directory',
    secret: false,
    description: 'Signing and encryption keys, readable by their owner alone. Back them up apart from the database.',
  },
  databaseUrl: {
    variable: 'AFTERAI_DATABASE_URL',
    kind: databaseUrl,
    defaultMeaning: 'the embedded PostgreSQL (trial only)',
    secret: true,
    description:
      'PostgreSQL 15 or later, as the login role that the server runs as: neither superuser nor able to bypass row level security. Over a network only with `sslmode=verify-full`.',
  },
  databaseOwnerUrl: {
    variable: 'AFTERAI_DATABASE_OWNER_URL',
    kind: databaseUrl,
    defaultMeaning: 'none: the schema must be up to date already',
    secret: true,
    description:
      'The same database as a role that owns it. Used only to migrate the schema and to create roles, then let go of.',
  },
  databasePoolSize: {
    variable: 'AFTERAI_DATABASE_POOL_SIZE',
    kind: wholeNumber(1, 200, 10),
    default: '10',
    secret: false,
    description: 'Most connections that this process opens to the database.',
  },
  logLevel: {
    variable: 'AFTERAI_LOG_LEVEL',
    kind: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    default: 'warn',
    secret: false,
    description: 'The least important lines to log, as JSON on standard error.',
  },
  sessionIdleMinutes: {
    variable: 'AFTERAI_SESSION_IDLE_MINUTES',
    kind: wholeNumber(1, 1440, 30),
    default: '30',
    secret: false,
    description: 'A console session ends after so many minutes without use.',
  },
  sessionMaxHours: {
    variable: 'AFTERAI_SESSION_MAX_HOURS',
    kind: wholeNumber(1, 168, 12),
    default: '12',
    secret: false,
    description: 'A console session ends after so many hours, used or not.',
  },
  oidcAllowedHosts: {
    variable: 'AFTERAI_OIDC_ALLOWED_HOSTS',
    kind: hostNames,
    defaultMeaning: 'none: identity providers are reached at public addresses alone',
    secret: false,
    description:
      'Hosts of identity providers that may be at an address of an inner network. An admin of any tenant may have the server ask them.',
  },
  shutdownSeconds: {
    variable: 'AFTERAI_SHUTDOWN_SECONDS',
    kind: wholeNumber(1, 300, 10),
    default: '10',
    secret: false,
    description: 'How long requests under way may take to end after a request to stop.',
  },
  importMaxMib: {
    variable: 'AFTERAI_IMPORT_MAX_MIB',
    kind: wholeNumber(1, 128, 64),
    default: '64',
    secret: false,
    description:
      'Largest file of evaluation results that is accepted, in MiB. Like any request it must arrive within 15 seconds: 64 MiB need a line of 36 Mbit/s; over a slower one, split the file.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>

type Table = typeof configurationTable

type ValueOf<S> = S extends { kind: Kind<infer T> } ? (S extends { default: string } ? T : T | undefined) : never

/** The value of each variable; undefined where it has no default and isn't set. */
export type ConfigurationValues = { readonly [K in keyof Table]: ValueOf<Table[K]> }

/** Variables of the command line, which the server meets where both run on one machine and leaves alone. */
export const clientVariables: readonly string[] = ['AFTERAI_URL', 'AFTERAI_API_KEY', 'AFTERAI_PROFILE']
