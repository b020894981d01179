import {
  databaseUrl,
  directory,
  httpUrl,
  listenAddress,
  mailAddress,
  networks,
  oneOf,
  passphrase,
  path,
  smtpUrl,
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
    kind: oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'),
    default: 'warn',
    secret: false,
    description:
      'The least important lines to log, as JSON on standard error. At `info` there is one for each request: method, pattern of the route, status, duration, ids of request, tenant and principal. Refused requests are told at `warn`, a hundred a minute, with the address that they came from. No header or body at any level.',
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
  stepUpForApproval: {
    variable: 'AFTERAI_STEP_UP_FOR_APPROVAL',
    kind: oneOf('off', 'on'),
    default: 'off',
    secret: false,
    description:
      'With `on`, approving or rejecting a decision needs a session whose person proved who they are within the last ten minutes, as changes of credentials always do.',
  },
  shutdownSeconds: {
    variable: 'AFTERAI_SHUTDOWN_SECONDS',
    kind: wholeNumber(1, 300, 10),
    default: '10',
    secret: false,
    description: 'How long requests under way may take to end after a request to stop.',
  },
  drainSeconds: {
    variable: 'AFTERAI_DRAIN_SECONDS',
    kind: wholeNumber(0, 300, 5),
    default: '0',
    secret: false,
    description:
      'How long the server goes on taking requests after a request to stop, while `/readyz` answers 503 already: as long as a load balancer needs to notice. Counts on top of `AFTERAI_SHUTDOWN_SECONDS`.',
  },
  trustedProxies: {
    variable: 'AFTERAI_TRUSTED_PROXIES',
    kind: networks,
    defaultMeaning: 'none: forwarding headers are ignored; production needs it',
    secret: false,
    description:
      'Addresses or networks of the reverse proxies in front of the server, divided by commas. Their `X-Forwarded-For` and `X-Forwarded-Proto` are believed, nobody else’s. Needed behind a proxy: without it all people count as one address. Production doesn’t start without it. There a request is refused unless one of them says that it came by https, or it comes from this machine with no forwarding header.',
  },
  maxConnections: {
    variable: 'AFTERAI_MAX_CONNECTIONS',
    kind: wholeNumber(8, 100_000, 2000),
    default: '2000',
    secret: false,
    description:
      'Most connections at once. One address may have a tenth of them, a trusted proxy all; a quarter of them may have a request under way.',
  },
  rateCredentials: {
    variable: 'AFTERAI_RATE_CREDENTIALS',
    kind: wholeNumber(1, 1_000_000, 30),
    default: '30',
    secret: false,
    description: 'Sign-ins and other doors for credentials that one address may try in a minute.',
  },
  rateReads: {
    variable: 'AFTERAI_RATE_READS',
    kind: wholeNumber(1, 1_000_000, 600),
    default: '600',
    secret: false,
    description:
      'Reads that one account may make in a minute. One address may make four times as many, and ask for forty times as many of the console’s files.',
  },
  rateWrites: {
    variable: 'AFTERAI_RATE_WRITES',
    kind: wholeNumber(1, 1_000_000, 300),
    default: '300',
    secret: false,
    description: 'Changes that one account may make in a minute. One address may make four times as many.',
  },
  rateHeavy: {
    variable: 'AFTERAI_RATE_HEAVY',
    kind: wholeNumber(1, 1_000_000, 60),
    default: '60',
    secret: false,
    description:
      'Imports, assessments, exports and audits that one account may ask for in a minute. One address may ask for four times as many.',
  },
  rateTelemetry: {
    variable: 'AFTERAI_RATE_TELEMETRY',
    kind: wholeNumber(1, 10_000_000, 60_000),
    default: '60000',
    secret: false,
    description:
      'Batches of telemetry that one account’s keys may send in a minute, whatever they hold. One address may send four times as many.',
  },
  smtpUrl: {
    variable: 'AFTERAI_SMTP_URL',
    kind: smtpUrl,
    defaultMeaning: 'none: invitations and reset codes are handed over by whoever makes them',
    secret: true,
    description:
      'The mail server, with user and password: `smtps://` for TLS from the first byte, `smtp://` for STARTTLS. Nothing is sent unencrypted, unless the server is on this machine.',
  },
  smtpCertificates: {
    variable: 'AFTERAI_SMTP_CERTIFICATES',
    kind: path,
    defaultMeaning: 'the public certificate authorities',
    secret: false,
    description: 'A file with the certificates, in PEM, of the authority of your own that the mail server’s is from.',
  },
  mailFrom: {
    variable: 'AFTERAI_MAIL_FROM',
    kind: mailAddress,
    defaultMeaning: 'none: needed with `AFTERAI_SMTP_URL`',
    secret: false,
    description: 'The address that mails come from.',
  },
  importMaxMib: {
    variable: 'AFTERAI_IMPORT_MAX_MIB',
    kind: wholeNumber(1, 128, 64),
    default: '64',
    secret: false,
    description:
      'Largest file of evaluation results that is accepted, in MiB. It has five minutes to arrive: 64 MiB need a line of 2 Mbit/s; over a slower one, split the file. It lies encrypted in the folder for temporary files while it is read.',
  },
  metricsListen: {
    variable: 'AFTERAI_METRICS_LISTEN',
    kind: listenAddress,
    defaultMeaning: 'none: there are no metrics',
    secret: false,
    description:
      'Address and port on which Prometheus reads the metrics, at `/metrics`. Nobody is asked for a credential there, so it is an address of this machine unless `AFTERAI_METRICS_BEYOND_LOOPBACK` says otherwise.',
  },
  metricsBeyondLoopback: {
    variable: 'AFTERAI_METRICS_BEYOND_LOOPBACK',
    kind: oneOf('no', 'yes'),
    default: 'no',
    secret: false,
    description:
      'Whether the metrics may be read from other machines. Say `yes` only where the network lets nobody but Prometheus reach them.',
  },
  otlpTracesUrl: {
    variable: 'AFTERAI_OTLP_TRACES_URL',
    kind: httpUrl,
    defaultMeaning: 'none: nothing is traced',
    secret: false,
    description:
      'Collector of OpenTelemetry traces of the server itself, OTLP over HTTP with protobuf or JSON. Spans hold patterns of routes, times and counts. Plain http only to this machine.',
  },
  outboundNetworks: {
    variable: 'AFTERAI_OUTBOUND_NETWORKS',
    kind: networks,
    defaultMeaning: 'none: audit streams and identity providers are reached at public addresses alone',
    secret: false,
    description:
      'Networks that the server may connect to although they are not public, where a SIEM or an identity provider is inside. Name them as narrowly as you can, down to one address: administrators of tenants choose where audit streams lead and who their provider is, and the server connects to it. Trial mode reaches this machine besides.',
  },
  backupPassphrase: {
    variable: 'AFTERAI_BACKUP_PASSPHRASE',
    kind: passphrase,
    defaultMeaning: 'none: `--passphrase-file` names it',
    secret: true,
    description:
      'What `afterai backup` and `afterai restore` encrypt with: 12 characters at least. Whoever has it and a backup has the keys of the instance.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>

type Table = typeof configurationTable

type ValueOf<S> = S extends { kind: Kind<infer T> } ? (S extends { default: string } ? T : T | undefined) : never

/** The value of each variable; undefined where it has no default and isn't set. */
export type ConfigurationValues = { readonly [K in keyof Table]: ValueOf<Table[K]> }

/** Variables of the command line, which the server meets where both run on one machine and leaves alone. */
export const clientVariables: readonly string[] = [
  'AFTERAI_URL',
  'AFTERAI_API_KEY',
  'AFTERAI_PROFILE',
  'AFTERAI_LOGIN_CODE',
]
