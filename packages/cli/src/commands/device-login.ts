import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  deviceAuthorizationView,
  deviceDecisionView,
  deviceRequestView,
  type Session,
  sessionView,
  signInOptionsView,
} from '@afterai/contract'
import type { Command } from 'commander'
import type { z } from 'zod'
import { readAnswer } from '../api/api.ts'
import { send } from '../api/http.ts'
import { ApiProblem } from '../api/problem.ts'
import { CommandFailure } from '../command-failure.ts'
import { confirm } from '../terminal/prompt.ts'
import { printable } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { isInteractive } from '../world.ts'
import { online, serverLeaf, type Mount, type ServerContext } from './leaf.ts'

/** The options of `login` that ask for no password here. */
export interface DeviceLoginOptions {
  readonly device?: boolean
  readonly sso?: boolean
  readonly tenant?: string
  readonly provider?: string
  readonly open?: boolean
}

type DeviceAuthorization = z.infer<typeof deviceAuthorizationView>

/** Signs in without a password here: prints a code and where to approve it, and waits until somebody has. */
export async function logInByDevice(context: ServerContext, options: DeviceLoginOptions): Promise<Session> {
  const { settings, world } = context
  if (options.sso === true && options.tenant === undefined)
    throw new CommandFailure('usage', 'Give --tenant with --sso.')
  const startPath = options.sso === true ? await startPathOf(context, options) : undefined
  const body = { clientLabel: `afterai on ${hostname()}`.slice(0, 100), tenant: options.tenant }
  const response = await send({ url: settings.url }, 'requestDeviceSignIn', { body })
  const { value: asked } = readAnswer(deviceAuthorizationView, response.json())
  // With the code, which the page shows to be compared and asks about: whoever opens it types nothing (RFC 8628 §3.3.1).
  const code = encodeURIComponent(asked.userCode)
  const address =
    startPath === undefined ? `${asked.verificationUri}?code=${code}` : `${settings.url}${startPath}?device=${code}`
  // On standard error, and with --json too: without it nobody could go on.
  world.stderr.write(
    `${[
      `Open:  ${printable(address)}`,
      `Code:  ${printable(asked.userCode)}`,
      ...(startPath === undefined
        ? [`Or, where you are signed in already:  afterai session approve ${printable(asked.userCode)}`]
        : []),
      `Waiting for ${Math.round(asked.expiresInSeconds / 60)} minutes. Ctrl-C gives up.`,
    ].join('\n')}\n`,
  )
  if (options.open === true) openBrowser(address)
  return untilDecided(context, asked)
}

async function startPathOf(
  { settings }: ServerContext,
  { tenant = '', provider }: DeviceLoginOptions,
): Promise<string> {
  const response = await send({ url: settings.url }, 'getSignInOptions', { query: { tenant } })
  const { value } = readAnswer(signInOptionsView, response.json())
  const fitting = value.providers.filter((it) => provider === undefined || it.name === provider || it.id === provider)
  const [found, second] = fitting
  if (found === undefined) {
    throw new CommandFailure('failed', `${printable(tenant)} offers no such identity provider.`, {
      remedy: 'Check the tenant’s name, or sign in with `afterai login --email YOU`.',
    })
  }
  if (second === undefined) return found.startPath
  throw new CommandFailure('usage', 'There are several identity providers.', {
    lines: fitting.map(({ name }) => `  ${printable(name)}`),
    remedy: 'Name one with --provider.',
  })
}

// Asks at the pace that the server sets, and slower when it says so (RFC 8628 §3.5).
async function untilDecided(
  { settings }: ServerContext,
  { deviceCode, intervalSeconds }: DeviceAuthorization,
): Promise<Session> {
  for (let waitSeconds = intervalSeconds; ;) {
    await sleep(waitSeconds * 1000)
    try {
      const response = await send({ url: settings.url }, 'pollDeviceSignIn', { body: { deviceCode } })
      return readAnswer(sessionView, response.json()).value
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'slow_down') waitSeconds += 5
      else if (error.code !== 'authorization_pending') throw error
    }
  }
}

// Without a shell, so that an address is an address whatever is in it.
function openBrowser(address: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(program, [address], { stdio: 'ignore', detached: true })
  // There may be none: the address is printed anyway.
  child.on('error', () => undefined)
  child.unref()
}

/** `session approve` and `session deny`. */
export function addDeviceCommands(session: Command, mount: Mount): void {
  for (const verdict of ['approve', 'deny'] as const) {
    serverLeaf(session, `${verdict} <code>`, {
      description:
        verdict === 'approve'
          ? 'Let a device that shows a code work in your name, after showing who asks.'
          : 'Refuse a device that shows a code.',
      examples: [`afterai session ${verdict} BCDF-GHJK`],
    })
      .option('--yes', 'do not ask')
      .action(
        online(mount, (context, code: string, { yes }: { yes?: boolean }) => decide(context, { code, verdict, yes })),
      )
  }
}

async function decide(
  { api, out, world }: ServerContext,
  { code, verdict, yes }: { code: string; verdict: 'approve' | 'deny'; yes: boolean | undefined },
): Promise<'failed' | void> {
  const { value } = await api.call('lookUpDevice', deviceRequestView, { body: { userCode: code } })
  const asker = properties([
    ['asked by', printable(value.clientLabel)],
    ['from', printable(value.address)],
    ['at', value.requestedAt],
  ])
  out.remark(asker.join('\n'))
  if (yes !== true) {
    if (!isInteractive(world)) throw new CommandFailure('usage', `Give --yes to ${verdict} without being asked.`)
    const question = verdict === 'approve' ? 'Did you begin this yourself, just now? Approve it?' : 'Deny it?'
    if (!(await confirm(world, question))) return 'failed'
  }
  const body = { userCode: code, verdict }
  out.answer(await api.call('decideDevice', deviceDecisionView, { body }), {
    lines: (it) => [it.verdict === 'approve' ? 'Approved.' : 'Denied.'],
  })
  return undefined
}
