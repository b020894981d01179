import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CommandFailure } from './command-failure.ts'

/** The environment variables that the command line reads. `docs/reference/command-line.md` prints this table. */
export const settingVariables = {
  AFTERAI_URL: {
    default: 'http://127.0.0.1:4680',
    secret: false,
    description:
      'Address of the server. Where it is left out and the profile is signed in at one other server alone, it is that one.',
  },
  AFTERAI_API_KEY: {
    default: null,
    secret: true,
    description: 'API key, for machines. It takes precedence over a session.',
  },
  AFTERAI_PROFILE: {
    default: 'default',
    secret: false,
    description: 'Which of the signed-in sessions to use, so that two people can share a machine.',
  },
  AFTERAI_LOGIN_CODE: {
    default: null,
    secret: true,
    description: 'Code for `login --setup` and `login --invitation` where neither names one.',
  },
  XDG_CONFIG_HOME: {
    default: '~/.config',
    secret: false,
    description: 'Folder under which credentials are kept, and the key that names prompts without a label offline.',
  },
  XDG_STATE_HOME: {
    default: '~/.local/state',
    secret: false,
    description:
      'Folder under which the newest checkpoint that was seen of each log is kept, and how far each was verified.',
  },
  NO_COLOR: { default: null, secret: false, description: 'If set and not empty, output has no colour.' },
} as const satisfies Record<string, { default: string | null; secret: boolean; description: string }>

/** How one command runs. */
export interface Settings {
  /** Origin of the server, without a slash at its end. */
  readonly url: string
  readonly apiKey: string | undefined
  readonly loginCode: string | undefined
  readonly profile: string
  readonly credentialsFile: string
  /** This machine's own key for digests, made when it is first needed. */
  readonly digestKeyFile: string
  /** The newest checkpoint that was verified of each log. */
  readonly seenFile: string
  /** How far each log was verified entry by entry. */
  readonly verifiedFile: string
}

/** Settings that options may give; they win over the environment. */
export interface SettingOptions {
  readonly url?: string | undefined
  readonly profile?: string | undefined
  readonly insecureHttp?: boolean | undefined
}

/**
 * Options first, then the environment, then the defaults.
 * @throws {CommandFailure} `usage` if the address is no http(s) address, or would send credentials in clear over a network.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>, options: SettingOptions): Settings {
  const value = (name: keyof typeof settingVariables): string | undefined => env[name] || undefined
  const profile = options.profile ?? value('AFTERAI_PROFILE') ?? settingVariables.AFTERAI_PROFILE.default
  if (!/^[A-Za-z0-9._@-]{1,64}$/.test(profile))
    throw new CommandFailure('usage', 'A profile is named with letters, digits and . _ @ - only, 64 at most.')
  const stateFolder = join(value('XDG_STATE_HOME') ?? join(homedir(), '.local', 'state'), 'afterai')
  const credentialsFile = join(value('XDG_CONFIG_HOME') ?? join(homedir(), '.config'), 'afterai', 'credentials.json')
  const apiKey = value('AFTERAI_API_KEY')?.trim()
  // A key is sent to no server that nobody named: only a session says by itself where it belongs.
  const implied = apiKey === undefined ? serverOfSession(credentialsFile, profile) : undefined
  const { default: usual } = settingVariables.AFTERAI_URL
  return {
    url: serverAddress(options.url ?? value('AFTERAI_URL') ?? implied ?? usual, options),
    apiKey,
    loginCode: value('AFTERAI_LOGIN_CODE')?.trim(),
    profile,
    credentialsFile,
    digestKeyFile: join(value('XDG_CONFIG_HOME') ?? join(homedir(), '.config'), 'afterai', 'digest-key'),
    seenFile: join(stateFolder, 'seen-checkpoints.json'),
    verifiedFile: join(stateFolder, 'verified-logs.json'),
  }
}

/** The one server at which a profile is signed in; undefined where it is none, several, or the usual one. Damage is told by whoever reads the file in earnest. */
function serverOfSession(credentialsFile: string, profile: string): string | undefined {
  try {
    const { servers } = JSON.parse(readFileSync(credentialsFile, 'utf8')) as {
      readonly servers: Readonly<Record<string, object>>
    }
    const urls = Object.keys(servers).filter((url) => Object.hasOwn(servers[url] ?? {}, profile))
    return urls.length === 1 ? urls[0] : undefined
  } catch {
    return undefined
  }
}

function serverAddress(text: string, { insecureHttp }: SettingOptions): string {
  const url = URL.parse(text)
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new CommandFailure('usage', 'The address of the server is not an http or https address.', {
      remedy: 'Set AFTERAI_URL, or give --url, like https://afterai.example.com.',
    })
  // The address itself is not echoed: this one holds a password.
  if (url.username || url.password)
    throw new CommandFailure('usage', 'The address of the server must not hold a user name or password.', {
      remedy: 'Sign in with `afterai login`, or set AFTERAI_API_KEY.',
    })
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && insecureHttp !== true)
    throw new CommandFailure('usage', `Plain http to ${url.host} would show credentials to the network.`, {
      remedy: 'Use https, or give --insecure-http if the network in between is yours.',
    })
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/** Whether what is sent to a host stays on this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
