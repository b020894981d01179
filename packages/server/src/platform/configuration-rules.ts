import { isLoopback } from './configuration-kinds.ts'
import type { ConfigurationValues } from './configuration-table.ts'

/** Something that keeps the server from starting, worded for the operator; never holds a secret's value. */
export interface Fault {
  readonly variable: string
  /** The fault itself, as a sentence. */
  readonly problem: string
  /** How to mend it, as a sentence. */
  readonly fix: string
}

/** Values that were understood; a variable with a fault of its own is absent. */
type Known = Partial<ConfigurationValues>

const shortestPassword = 12
const embeddedConnections = 30

/** Faults that show only when several variables are seen together. */
export function crossFaults(values: Known): Fault[] {
  return rules.flatMap((rule) => rule(values) ?? [])
}

const rules: readonly ((values: Known) => Fault | undefined)[] = [
  function trialStaysOnLoopback({ mode, listen }) {
    if (mode !== 'trial' || listen === undefined || isLoopback(listen.host)) return undefined
    return {
      variable: 'AFTERAI_LISTEN',
      problem: 'Trial mode listens on loopback alone, and this address can be reached from elsewhere.',
      fix: 'Set it to 127.0.0.1 with a port, or set AFTERAI_MODE=production and meet its conditions.',
    }
  },
  function trialIsNotPublic({ mode, publicUrl }) {
    if (mode !== 'trial' || publicUrl === undefined || isLoopback(publicUrl.hostname)) return undefined
    return {
      variable: 'AFTERAI_PUBLIC_URL',
      problem: 'Trial mode is for this machine alone, and this URL names another host.',
      fix: 'Unset it, or set AFTERAI_MODE=production and meet its conditions.',
    }
  },
  function productionNeedsItsAddress({ mode, publicUrl }) {
    if (mode !== 'production' || publicUrl !== undefined) return undefined
    return {
      variable: 'AFTERAI_PUBLIC_URL',
      problem: 'It is missing; production mode needs to know the https address that people use.',
      fix: 'Set it to that address, such as https://afterai.example.com.',
    }
  },
  function productionIsEncrypted({ mode, publicUrl }) {
    if (mode !== 'production' || publicUrl === undefined || publicUrl.protocol === 'https:') return undefined
    return {
      variable: 'AFTERAI_PUBLIC_URL',
      problem: 'It is plain http; sessions and keys would cross the network unencrypted.',
      fix: 'Put TLS in front of the server and set the https address.',
    }
  },
  function productionIsBehindProxies({ mode, trustedProxies }) {
    if (mode !== 'production' || trustedProxies !== undefined) return undefined
    return {
      variable: 'AFTERAI_TRUSTED_PROXIES',
      problem:
        'It is missing, and the server has no TLS of its own: only a proxy can say that a request came by https.',
      fix: 'Set it to the addresses of the proxies that end TLS in front: 127.0.0.1 for one on this machine.',
    }
  },
  function productionNeedsADatabase({ mode, databaseUrl }) {
    if (mode !== 'production' || databaseUrl !== undefined) return undefined
    return {
      variable: 'AFTERAI_DATABASE_URL',
      problem: 'It is missing; production mode runs on a PostgreSQL of yours.',
      fix: 'Set it, or AFTERAI_DATABASE_URL_FILE to a file that holds it.',
    }
  },
  ({ databaseUrl }) => unencrypted('AFTERAI_DATABASE_URL', databaseUrl),
  ({ databaseOwnerUrl }) => unencrypted('AFTERAI_DATABASE_OWNER_URL', databaseOwnerUrl),
  ({ mode, databaseUrl }) => weak('AFTERAI_DATABASE_URL', mode, databaseUrl),
  ({ mode, databaseOwnerUrl }) => weak('AFTERAI_DATABASE_OWNER_URL', mode, databaseOwnerUrl),
  function ownerNeedsAServerRole({ databaseUrl, databaseOwnerUrl }) {
    if (databaseOwnerUrl === undefined || databaseUrl !== undefined) return undefined
    return {
      variable: 'AFTERAI_DATABASE_URL',
      problem: 'It is missing, though AFTERAI_DATABASE_OWNER_URL is set.',
      fix: 'Set both, or neither to use the embedded PostgreSQL.',
    }
  },
  function serverIsNotTheOwner({ databaseUrl, databaseOwnerUrl }) {
    if (databaseUrl === undefined || databaseOwnerUrl?.user !== databaseUrl.user) return undefined
    return {
      variable: 'AFTERAI_DATABASE_URL',
      problem:
        'It names the same role as AFTERAI_DATABASE_OWNER_URL; the owner of the tables could rewrite the record.',
      fix: 'Name a role of its own for the server; it is created where AFTERAI_DATABASE_OWNER_URL may create roles.',
    }
  },
  function rolesShareNoPassword({ mode, databaseUrl, databaseOwnerUrl }) {
    if (mode !== 'production' || databaseUrl === undefined || databaseUrl.password === '') return undefined
    if (databaseUrl.password !== databaseOwnerUrl?.password) return undefined
    return {
      variable: 'AFTERAI_DATABASE_URL',
      problem: 'It has the same password as AFTERAI_DATABASE_OWNER_URL.',
      fix: 'Give each role a password of its own.',
    }
  },
  function poolFitsTheEmbeddedDatabase({ databaseUrl, databasePoolSize, mode }) {
    if (mode !== 'trial' || databaseUrl !== undefined || databasePoolSize === undefined) return undefined
    if (databasePoolSize <= embeddedConnections) return undefined
    return {
      variable: 'AFTERAI_DATABASE_POOL_SIZE',
      problem: `It is more than the ${embeddedConnections} that the embedded PostgreSQL leaves for the server.`,
      fix: `Set it to ${embeddedConnections} or less.`,
    }
  },
  function metricsStayOnLoopback({ metricsListen, metricsBeyondLoopback }) {
    if (metricsListen === undefined || isLoopback(metricsListen.host) || metricsBeyondLoopback !== 'no')
      return undefined
    return {
      variable: 'AFTERAI_METRICS_LISTEN',
      problem: 'This address can be reached from elsewhere, and the metrics ask nobody for a credential.',
      fix: 'Set it to 127.0.0.1 with a port, or AFTERAI_METRICS_BEYOND_LOOPBACK=yes where the network protects it.',
    }
  },
  function trialMetricsStayOnLoopback({ mode, metricsListen, metricsBeyondLoopback }) {
    if (mode !== 'trial' || metricsListen === undefined || isLoopback(metricsListen.host)) return undefined
    if (metricsBeyondLoopback !== 'yes') return undefined
    return {
      variable: 'AFTERAI_METRICS_LISTEN',
      problem: 'Trial mode listens on loopback alone, and this address can be reached from elsewhere.',
      fix: 'Set it to 127.0.0.1 with a port, or set AFTERAI_MODE=production and meet its conditions.',
    }
  },
  function metricsHaveTheirOwnPort({ listen, metricsListen }) {
    if (listen === undefined || metricsListen === undefined || listen.port === 0) return undefined
    if (listen.port !== metricsListen.port) return undefined
    return {
      variable: 'AFTERAI_METRICS_LISTEN',
      problem: 'It has the port of AFTERAI_LISTEN.',
      fix: 'Name a port of its own, such as 9464.',
    }
  },
  function tracesAreEncrypted({ otlpTracesUrl }) {
    if (otlpTracesUrl === undefined || otlpTracesUrl.protocol === 'https:') return undefined
    if (isLoopback(otlpTracesUrl.hostname)) return undefined
    return {
      variable: 'AFTERAI_OTLP_TRACES_URL',
      problem: 'It is plain http to another machine.',
      fix: 'Use https, or a collector on this machine.',
    }
  },
  function idleIsShorterThanMax({ sessionIdleMinutes, sessionMaxHours }) {
    if (sessionIdleMinutes === undefined || sessionMaxHours === undefined) return undefined
    if (sessionIdleMinutes <= sessionMaxHours * 60) return undefined
    return {
      variable: 'AFTERAI_SESSION_IDLE_MINUTES',
      problem: 'It is longer than a session may last at all (AFTERAI_SESSION_MAX_HOURS).',
      fix: 'Lower it, or raise AFTERAI_SESSION_MAX_HOURS.',
    }
  },
  function mailNeedsASender({ smtpUrl, mailFrom }) {
    if (smtpUrl === undefined || mailFrom !== undefined) return undefined
    return {
      variable: 'AFTERAI_MAIL_FROM',
      problem: 'It is missing, though AFTERAI_SMTP_URL is set.',
      fix: 'Set it to the address that mails come from, such as afterai@example.com.',
    }
  },
  function senderNeedsAMailServer({ smtpUrl, mailFrom, smtpCertificates }) {
    if (smtpUrl !== undefined || (mailFrom === undefined && smtpCertificates === undefined)) return undefined
    return {
      variable: 'AFTERAI_SMTP_URL',
      problem: 'It is missing, though a sender or certificates for mail are set: nothing would be sent.',
      fix: 'Set it, or unset AFTERAI_MAIL_FROM and AFTERAI_SMTP_CERTIFICATES.',
    }
  },
]

function unencrypted(variable: string, url: Known['databaseUrl']): Fault | undefined {
  if (url === undefined || !url.overNetwork || url.verified) return undefined
  return {
    variable,
    problem: 'It leads over a network without proof of whom it reaches.',
    fix: 'Add ?sslmode=verify-full, and &sslrootcert=<file> where the certificate authority is your own.',
  }
}

function weak(variable: string, mode: Known['mode'], url: Known['databaseUrl']): Fault | undefined {
  if (mode !== 'production' || url === undefined || url.password === '') return undefined
  const problem = weaknessOf(url.password.toLowerCase(), url.user.toLowerCase())
  if (problem === undefined) return undefined
  return {
    variable,
    problem,
    fix: 'Give the role a long random password, such as the output of: openssl rand -hex 24',
  }
}

const guessable = [
  'password',
  'postgres',
  'afterai',
  'changeme',
  'change-me',
  'secret',
  'admin',
  '123456',
  'example',
  'letmein',
]

function weaknessOf(password: string, user: string): string | undefined {
  if (password.length < shortestPassword) return `Its password is shorter than ${shortestPassword} characters.`
  if (new Set(password).size < 6) return 'Its password repeats a few characters.'
  // What is left without the words that everybody tries must be long enough by itself.
  const rest = [...guessable, user].reduce((text, word) => text.replaceAll(word, ''), password)
  return rest.length < 8 ? 'Its password is made of words that everybody tries.' : undefined
}
