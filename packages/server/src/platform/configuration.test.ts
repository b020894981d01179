import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { configurationTable, type Setting } from './configuration-table.ts'
import { type Environment, formatFaults, readConfiguration } from './configuration.ts'
import { canary, configurationOf, faultyVariables, production, remote, secretFile } from '../../testing/environments.ts'

const local = `postgresql://server:${canary}@127.0.0.1:5432/afterai`

describe('P5.1: every bad value is refused, by name', () => {
  const bad: [name: string, value: string][] = [
    ['AFTERAI_MODE', 'prod'],
    ['AFTERAI_MODE', 'Trial'],
    ['AFTERAI_MODE', ''],
    ['AFTERAI_LISTEN', '4680'],
    ['AFTERAI_LISTEN', ':4680'],
    ['AFTERAI_LISTEN', '*:4680'],
    ['AFTERAI_LISTEN', '127.0.0.1'],
    ['AFTERAI_LISTEN', '127.0.0.1:65536'],
    ['AFTERAI_LISTEN', '127.0.0.1:-1'],
    ['AFTERAI_LISTEN', '127.0.0.1:4680 '],
    ['AFTERAI_LISTEN', '127.1:4680'],
    ['AFTERAI_LISTEN', 'example.com:4680'],
    ['AFTERAI_LISTEN', '[127.0.0.1]:4680'],
    ['AFTERAI_LISTEN', '::1:4680'],
    ['AFTERAI_PUBLIC_URL', 'localhost:4680'],
    ['AFTERAI_PUBLIC_URL', 'ftp://localhost'],
    ['AFTERAI_PUBLIC_URL', 'http://localhost/path'],
    ['AFTERAI_PUBLIC_URL', 'http://localhost?'],
    ['AFTERAI_PUBLIC_URL', 'http://localhost/#'],
    ['AFTERAI_PUBLIC_URL', 'http://user:password@localhost'],
    ['AFTERAI_PUBLIC_URL', ''],
    ['AFTERAI_DATA_DIR', ''],
    ['AFTERAI_DATA_DIR', 'a\0b'],
    ['AFTERAI_KEY_DIR', ' '],
    ['AFTERAI_DATABASE_URL', ''],
    ['AFTERAI_DATABASE_URL', 'mysql://server@localhost/afterai'],
    ['AFTERAI_DATABASE_URL', 'localhost:5432'],
    ['AFTERAI_DATABASE_URL', 'postgresql://localhost/afterai'],
    ['AFTERAI_DATABASE_URL', 'postgresql://server@localhost'],
    ['AFTERAI_DATABASE_URL', 'postgresql:///afterai'],
    ['AFTERAI_DATABASE_URL', 'postgresql://server:%zz@localhost/afterai'],
    ['AFTERAI_DATABASE_URL', `${local}?ssl=0`],
    ['AFTERAI_DATABASE_URL', `${local}?user=postgres`],
    ['AFTERAI_DATABASE_URL', `${local}?options=-c%20role%3Dpostgres`],
    ['AFTERAI_DATABASE_URL', `${remote}&sslmode=disable`],
    ['AFTERAI_DATABASE_OWNER_URL', 'postgres'],
    ['AFTERAI_DATABASE_POOL_SIZE', '0'],
    ['AFTERAI_DATABASE_POOL_SIZE', '201'],
    ['AFTERAI_DATABASE_POOL_SIZE', '1e1'],
    ['AFTERAI_DATABASE_POOL_SIZE', '10.0'],
    ['AFTERAI_DATABASE_POOL_SIZE', '0x10'],
    ['AFTERAI_DATABASE_POOL_SIZE', '٣'],
    ['AFTERAI_LOG_LEVEL', 'loud'],
    ['AFTERAI_STEP_UP_FOR_APPROVAL', 'yes'],
    ['AFTERAI_SESSION_IDLE_MINUTES', '0'],
    ['AFTERAI_SESSION_IDLE_MINUTES', '1441'],
    ['AFTERAI_SESSION_MAX_HOURS', '169'],
    ['AFTERAI_SESSION_MAX_HOURS', 'twelve'],
    ['AFTERAI_SHUTDOWN_SECONDS', '301'],
    ['AFTERAI_SHUTDOWN_SECONDS', '-1'],
    ['AFTERAI_DRAIN_SECONDS', '301'],
    ['AFTERAI_TRUSTED_PROXIES', ''],
    ['AFTERAI_TRUSTED_PROXIES', '*'],
    ['AFTERAI_TRUSTED_PROXIES', 'true'],
    ['AFTERAI_TRUSTED_PROXIES', '0.0.0.0/0'],
    ['AFTERAI_TRUSTED_PROXIES', '::/0'],
    ['AFTERAI_TRUSTED_PROXIES', '2000::/7'],
    ['AFTERAI_TRUSTED_PROXIES', '::ffff:0:0/96'],
    ['AFTERAI_TRUSTED_PROXIES', '::ffff:10.0.0.1'],
    ['AFTERAI_TRUSTED_PROXIES', '0.0.0.0/1,128.0.0.0/1'],
    ['AFTERAI_TRUSTED_PROXIES', '10.0.0.1,proxy.example.com'],
    ['AFTERAI_TRUSTED_PROXIES', '10.0.0.0/33'],
    ['AFTERAI_TRUSTED_PROXIES', '2001:db8::/129'],
    ['AFTERAI_MAX_CONNECTIONS', '7'],
    ['AFTERAI_RATE_CREDENTIALS', '0'],
    ['AFTERAI_RATE_READS', '-1'],
    ['AFTERAI_RATE_WRITES', 'none'],
    ['AFTERAI_RATE_HEAVY', '1e3'],
    ['AFTERAI_RATE_TELEMETRY', '0'],
    ['AFTERAI_IMPORT_MAX_MIB', '129'],
    ['AFTERAI_IMPORT_MAX_MIB', 'Infinity'],
    ['AFTERAI_OUTBOUND_NETWORKS', ''],
    ['AFTERAI_OUTBOUND_NETWORKS', '0.0.0.0/0'],
    ['AFTERAI_OUTBOUND_NETWORKS', '10.0.0.0/33'],
    ['AFTERAI_OUTBOUND_NETWORKS', '10.0.0.0/8,siem.example'],
    ['AFTERAI_METRICS_LISTEN', '9464'],
    ['AFTERAI_METRICS_BEYOND_LOOPBACK', 'true'],
    ['AFTERAI_OTLP_TRACES_URL', 'localhost:4318'],
    ['AFTERAI_OTLP_TRACES_URL', 'https://user:password@collector.example.com/'],
    ['AFTERAI_OTLP_TRACES_URL', 'https://collector.example.com/?key=secret'],
    ['AFTERAI_BACKUP_PASSPHRASE', 'eleven-char'],
    ['AFTERAI_SMTP_URL', ''],
    ['AFTERAI_SMTP_URL', 'mail.example.com:587'],
    ['AFTERAI_SMTP_URL', 'http://mail.example.com'],
    ['AFTERAI_SMTP_URL', 'smtp://user@mail.example.com'],
    ['AFTERAI_SMTP_URL', 'smtp://mail.example.com?secure=false'],
    ['AFTERAI_SMTP_URL', 'smtp://user:%zz@mail.example.com'],
    ['AFTERAI_SMTP_CERTIFICATES', ''],
    ['AFTERAI_MAIL_FROM', 'AfterAI <afterai@example.com>'],
    ['AFTERAI_MAIL_FROM', 'afterai@example.com\r\nBcc: x@example.com'],
    ['AFTERAI_MAIL_FROM', 'a@example.com, b@example.com'],
  ]

  test.each(bad)('P5.1: %s=%j', (variable, value) => {
    expect(faultyVariables({ [variable]: value })).toEqual([variable])
  })

  test('P5.1: the table above has a bad value of every variable', () => {
    const settings: Setting<unknown>[] = Object.values(configurationTable)
    expect(new Set(bad.map(([name]) => name))).toEqual(new Set(settings.map(({ variable }) => variable)))
  })
})

describe('P5.2: combinations that would be unsafe are refused', () => {
  const unsafe: [what: string, env: Environment, variable: string][] = [
    ['trial on all addresses', { AFTERAI_LISTEN: '0.0.0.0:4680' }, 'AFTERAI_LISTEN'],
    ['trial on all IPv6 addresses', { AFTERAI_LISTEN: '[::]:4680' }, 'AFTERAI_LISTEN'],
    ['trial on an address of the network', { AFTERAI_LISTEN: '10.0.0.5:4680' }, 'AFTERAI_LISTEN'],
    ['metrics for everybody', { AFTERAI_METRICS_LISTEN: '0.0.0.0:9464' }, 'AFTERAI_METRICS_LISTEN'],
    [
      'a trial’s metrics beyond the machine',
      { AFTERAI_METRICS_LISTEN: '0.0.0.0:9464', AFTERAI_METRICS_BEYOND_LOOPBACK: 'yes' },
      'AFTERAI_METRICS_LISTEN',
    ],
    ['metrics on the API’s port', { AFTERAI_METRICS_LISTEN: '127.0.0.1:4680' }, 'AFTERAI_METRICS_LISTEN'],
    [
      'traces in clear over a network',
      { AFTERAI_OTLP_TRACES_URL: 'http://10.0.0.9:4318/v1/traces' },
      'AFTERAI_OTLP_TRACES_URL',
    ],
    ['trial under a public name', { AFTERAI_PUBLIC_URL: 'https://afterai.example.com' }, 'AFTERAI_PUBLIC_URL'],
    ['production without an address', { ...production, AFTERAI_PUBLIC_URL: undefined }, 'AFTERAI_PUBLIC_URL'],
    ['production over plain http', { ...production, AFTERAI_PUBLIC_URL: 'http://a.example.com' }, 'AFTERAI_PUBLIC_URL'],
    [
      'production with no proxy named',
      { ...production, AFTERAI_LISTEN: '127.0.0.1:4680', AFTERAI_TRUSTED_PROXIES: undefined },
      'AFTERAI_TRUSTED_PROXIES',
    ],
    [
      'production in clear beyond the machine',
      { ...production, AFTERAI_LISTEN: '0.0.0.0:4680', AFTERAI_TRUSTED_PROXIES: undefined },
      'AFTERAI_TRUSTED_PROXIES',
    ],
    [
      'production in clear beyond the machine, over IPv6',
      { ...production, AFTERAI_LISTEN: '[::]:4680', AFTERAI_TRUSTED_PROXIES: undefined },
      'AFTERAI_TRUSTED_PROXIES',
    ],
    ['production without a database', { ...production, AFTERAI_DATABASE_URL: undefined }, 'AFTERAI_DATABASE_URL'],
    ...['', '?sslmode=disable', '?sslmode=require', '?sslmode=verify-ca', '?sslmode=no-verify'].map(
      (parameters): [string, Environment, string] => [
        `a database over a network with "${parameters}"`,
        { AFTERAI_DATABASE_URL: `postgresql://server:${canary}@10.0.0.9/afterai${parameters}` },
        'AFTERAI_DATABASE_URL',
      ],
    ),
    [
      'a host parameter that leads elsewhere',
      { AFTERAI_DATABASE_URL: `${local}?host=db.example.com` },
      'AFTERAI_DATABASE_URL',
    ],
    [
      'an owner over a network unencrypted',
      { AFTERAI_DATABASE_URL: local, AFTERAI_DATABASE_OWNER_URL: 'postgresql://owner:x@10.0.0.9/afterai' },
      'AFTERAI_DATABASE_OWNER_URL',
    ],
    [
      'an owner without a server role',
      { AFTERAI_DATABASE_OWNER_URL: 'postgresql://owner@localhost/afterai' },
      'AFTERAI_DATABASE_URL',
    ],
    [
      'a server that runs as the owner',
      { AFTERAI_DATABASE_URL: local, AFTERAI_DATABASE_OWNER_URL: local },
      'AFTERAI_DATABASE_URL',
    ],
    [
      'two roles with one password',
      { ...production, AFTERAI_DATABASE_OWNER_URL: remote.replace('server', 'owner') },
      'AFTERAI_DATABASE_URL',
    ],
    [
      'a weak password',
      { ...production, AFTERAI_DATABASE_URL: remote.replace(canary, 'short') },
      'AFTERAI_DATABASE_URL',
    ],
    [
      'a weak password of the owner',
      { ...production, AFTERAI_DATABASE_OWNER_URL: 'postgresql://owner:short@localhost/afterai' },
      'AFTERAI_DATABASE_OWNER_URL',
    ],
    [
      'more connections than the embedded database has',
      { AFTERAI_DATABASE_POOL_SIZE: '31' },
      'AFTERAI_DATABASE_POOL_SIZE',
    ],
    [
      'sessions that idle longer than they live',
      { AFTERAI_SESSION_IDLE_MINUTES: '61', AFTERAI_SESSION_MAX_HOURS: '1' },
      'AFTERAI_SESSION_IDLE_MINUTES',
    ],
  ]

  test.each(unsafe)('P5.2: %s', (_what, env, variable) => {
    expect(faultyVariables(env)).toEqual([variable])
  })
})

describe('P5.2: mail', () => {
  const mail = {
    AFTERAI_SMTP_URL: `smtps://afterai:${canary}@mail.example.com`,
    AFTERAI_MAIL_FROM: 'afterai@example.com',
  }

  test('needs a server and a sender together', () => {
    expect(configurationOf(mail)).toMatchObject({ smtpUrl: mail.AFTERAI_SMTP_URL, mailFrom: mail.AFTERAI_MAIL_FROM })
    expect(faultyVariables({ AFTERAI_SMTP_URL: mail.AFTERAI_SMTP_URL })).toEqual(['AFTERAI_MAIL_FROM'])
    expect(faultyVariables({ AFTERAI_MAIL_FROM: mail.AFTERAI_MAIL_FROM })).toEqual(['AFTERAI_SMTP_URL'])
    expect(faultyVariables({ AFTERAI_SMTP_CERTIFICATES: '/ca.pem' })).toEqual(['AFTERAI_SMTP_URL'])
  })

  test('P5.1: its password comes from a file too, and is never in a fault', () => {
    const { AFTERAI_SMTP_URL: url, ...from } = mail
    const AFTERAI_SMTP_URL_FILE = secretFile('smtp', `${url}\n`)
    expect(configurationOf({ ...from, AFTERAI_SMTP_URL_FILE }).smtpUrl).toBe(url)
    const bad = readConfiguration({ AFTERAI_SMTP_URL: `${url}/path` })
    expect(bad.ok ? '' : formatFaults(bad.faults)).not.toContain(canary)
  })
})

test('P5.1: all faults are told at once', () => {
  const env = {
    ...production,
    AFTERAI_LISTEN: 'everywhere',
    AFTERAI_PUBLIC_URL: 'http://a.example.com',
    AFTERAI_DATABASE_URL: 'nonsense',
    AFTERAI_POOL: '3',
    AFTERAI_LOG_LEVEL: 'loud',
  }
  expect(faultyVariables(env).toSorted()).toEqual(
    ['AFTERAI_DATABASE_URL', 'AFTERAI_LISTEN', 'AFTERAI_LOG_LEVEL', 'AFTERAI_POOL', 'AFTERAI_PUBLIC_URL'].toSorted(),
  )
})

test('P5.1: no fault tells the value of a secret', () => {
  const secrets = [
    local,
    remote,
    `${local}?ssl=0`,
    canary,
    `mysql://${canary}@x/y`,
    `postgresql://server:${canary}@10.0.0.9/afterai`,
  ]
  for (const secret of secrets) {
    const file = secretFile('canary', `${secret}\n`, 0o644)
    const environments: Environment[] = [
      { AFTERAI_DATABASE_URL: secret, AFTERAI_DATABASE_OWNER_URL: secret },
      { ...production, AFTERAI_DATABASE_URL: secret, AFTERAI_PUBLIC_URL: `http://u:${canary}@x` },
      { AFTERAI_MODE: 'production', AFTERAI_DATABASE_URL_FILE: file },
      { AFTERAI_DATABASE_URL: secret, AFTERAI_DATABASE_URL_FILE: file, AFTERAI_DATABASE_PASSWORD: canary },
    ]
    for (const env of environments) {
      const result = readConfiguration(env)
      expect(result.ok).toBe(false)
      expect(JSON.stringify(result) + (result.ok ? '' : formatFaults(result.faults))).not.toContain(canary)
    }
  }
})

test('P5.1: a misspelt variable is refused with the name that was meant', () => {
  const result = readConfiguration({ AFTERAI_DATABSE_URL: local, AFTERAI_ZOO: '1' })
  expect(result).toMatchObject({
    ok: false,
    faults: [
      { variable: 'AFTERAI_DATABSE_URL', fix: 'Did you mean AFTERAI_DATABASE_URL?' },
      { variable: 'AFTERAI_ZOO', fix: expect.stringContaining('docs/reference/configuration.md') },
    ],
  })
})

test('variables of other programs and of the command line are left alone', () => {
  expect(faultyVariables({ PATH: '/bin', AFTERAIX: '1', AFTERAI_URL: 'http://x', AFTERAI_API_KEY: 'y' })).toEqual([])
})

test('an empty environment describes a trial on loopback', () => {
  expect(configurationOf({})).toEqual({
    mode: 'trial',
    listen: { host: '127.0.0.1', port: 4680 },
    publicUrl: undefined,
    dataDir: resolve('afterai-data'),
    keyDir: resolve('afterai-data/keys'),
    database: { kind: 'embedded' },
    databasePoolSize: 10,
    logLevel: 'warn',
    sessionIdleMinutes: 30,
    metricsListen: undefined,
    metricsBeyondLoopback: 'no',
    otlpTracesUrl: undefined,
    outboundNetworks: undefined,
    sessionMaxHours: 12,
    stepUpForApproval: 'off',
    shutdownSeconds: 10,
    drainSeconds: 0,
    trustedProxies: undefined,
    maxConnections: 2000,
    rateCredentials: 30,
    rateReads: 600,
    rateWrites: 300,
    rateHeavy: 60,
    rateTelemetry: 60_000,
    importMaxMib: 64,
  })
})

test('a complete production environment is understood', () => {
  const ownerUrl = 'postgresql://owner:another-long-one@%2Frun%2Fpostgresql/afterai'
  const env = {
    ...production,
    AFTERAI_DATABASE_OWNER_URL: ownerUrl,
    AFTERAI_LISTEN: '[::]:8080',
    AFTERAI_KEY_DIR: '/keys',
  }
  expect(configurationOf(env)).toMatchObject({
    mode: 'production',
    listen: { host: '::', port: 8080 },
    publicUrl: 'https://afterai.example.com',
    keyDir: '/keys',
    database: { kind: 'external', url: remote, ownerUrl },
  })
})

test('the configuration is frozen through and through', () => {
  const configuration = configurationOf({})
  const parts = [configuration, configuration.listen, configuration.database]
  expect(parts.map(Object.isFrozen)).toEqual([true, true, true])
})

test('P5.2: a refused start ends with exit code 78 and the list on standard error', async () => {
  const module = fileURLToPath(new URL('configuration.ts', import.meta.url))
  const script = `import { readConfiguration, refuseToStart } from ${JSON.stringify(module)}
    const result = readConfiguration({ AFTERAI_MODE: 'x', AFTERAI_LISTEN: 'y' })
    if (!result.ok) refuseToStart(result.faults)
    console.log('went on')`
  const outcome = await new Promise<object>((done) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout, stderr) =>
      done({ code: error?.code, stdout, stderr }),
    )
  })
  expect(outcome).toEqual({
    code: 78,
    stdout: '',
    stderr: expect.stringMatching(/2 things[^]*AFTERAI_MODE[^]*AFTERAI_LISTEN/),
  })
})
