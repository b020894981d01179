import { meView, secondFactorChallenge, type Session, sessionView } from '@afterai/contract'
import { Option, type Command } from 'commander'
import { z } from 'zod'
import { readAnswer } from '../api/api.ts'
import { type ApiResponse, send } from '../api/http.ts'
import { ApiProblem } from '../api/problem.ts'
import { CommandFailure } from '../command-failure.ts'
import { credentialStore } from '../credentials/credential-store.ts'
import { completeSignIn, type FactorOptions } from '../credentials/second-factor.ts'
import { nameShown } from '../terminal/person.ts'
import { ask, askHidden, readPassword, secretLines } from '../terminal/prompt.ts'
import { printable } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { isInteractive } from '../world.ts'
import { type DeviceLoginOptions, logInByDevice } from './device-login.ts'
import { online, serverLeaf, type Mount, type ServerContext } from './leaf.ts'

interface LoginOptions extends DeviceLoginOptions, FactorOptions {
  readonly setup?: string | true
  readonly invitation?: string | true
  readonly email?: string
  readonly name?: string
  readonly passwordStdin?: boolean
  readonly codeStdin?: boolean
}

const sessionOrChallenge = z.union([sessionView, secondFactorChallenge])

/** `login`, `logout` and `whoami`. */
export function addSessionCommands(program: Command, mount: Mount): void {
  serverLeaf(program, 'login', {
    summary: 'Sign in.',
    description: 'Sign in. The first person uses the set-up code that the server prints; others an invitation.',
    examples: [
      'afterai login --setup CODE --email ada@example.com --name Ada',
      'afterai login --email ada@example.com',
      'afterai login --invitation CODE --name Bo --profile bo',
      'afterai login --email ada@example.com --password-stdin --code-stdin',
      'afterai login --device',
      'afterai login --sso --tenant acme',
    ],
  })
    .option(
      '--setup [code]',
      'make the first account, an administrator, with the code that the server prints (AFTERAI_LOGIN_CODE, or asked for)',
    )
    .option('--invitation [code]', 'accept an invitation (AFTERAI_LOGIN_CODE, or asked for)')
    .option('--email <address>', 'whom to sign in')
    .option('--name <name>', 'name of a new account')
    .option('--tenant <slug>', 'which tenant, if you belong to several')
    .option('--code <code>', 'the code of your authenticator app, if you have one')
    .addOption(new Option('--recovery-code <code>', 'a recovery code in its place').conflicts('code'))
    .option('--password-stdin', 'read the password from standard input')
    .addOption(
      new Option(
        '--code-stdin',
        'read the code from standard input, after the password: of set-up, of an invitation, or of your app',
      ).conflicts(['code', 'recoveryCode']),
    )
    .option('--device', 'print a code, and wait until it is approved where you are signed in')
    .option('--sso', "sign in with your company's identity provider, in a browser")
    .option('--provider <name>', 'which identity provider, with --sso, if there are several')
    .option('--open', 'open the browser, with --device or --sso')
    .action(online(mount, logIn))

  serverLeaf(program, 'logout', {
    description: 'End the session, at the server and here.',
    examples: ['afterai logout', 'afterai logout --profile bo'],
  }).action(online(mount, logOut))

  serverLeaf(program, 'whoami', {
    description: 'Show who you are to the server, and what you may do.',
    examples: ['afterai whoami', 'afterai whoami --profile bo'],
  }).action(online(mount, whoAmI))
}

async function logIn(context: ServerContext, given: LoginOptions): Promise<void> {
  if (given.device === true || given.sso === true) return keep(context, await logInByDevice(context, given))
  const { options, piped } = await withPiped(context, given)
  const response = await signedIn(context, options, piped)
  const { value } = readAnswer(sessionOrChallenge, response.json())
  return keep(context, 'ticket' in value ? await completeSignIn(context, value, options) : value)
}

async function keep(context: ServerContext, session: Session): Promise<void> {
  await credentialStore(context.settings).update(async () => session)
  // The answer is tokens, which a terminal's history has no business with: who is signed in is shown instead.
  const { api, out, settings } = context
  out.answer(await api.call('getMe', meView), {
    lines: ({ name, role, tenant }) => [
      `Signed in to ${settings.url} as ${nameShown(name)}, ${role} of ${tenant.slug} (profile ${settings.profile}).`,
    ],
  })
}

/** Reads what is piped in, once: password and code, one a line. */
async function withPiped(
  { world }: ServerContext,
  options: LoginOptions,
): Promise<{ options: LoginOptions; piped: string | undefined }> {
  if (options.codeStdin !== true) return { options, piped: undefined }
  const names = [...(options.passwordStdin === true ? ['password'] : []), 'code']
  const lines = await secretLines(world, names)
  const code = lines.at(-1)
  const piped = options.passwordStdin === true ? lines[0] : undefined
  if (options.setup === true) return { options: { ...options, setup: code ?? true }, piped }
  if (options.invitation === true) return { options: { ...options, invitation: code ?? true }, piped }
  return { options: { ...options, ...(code === undefined ? {} : { code }) }, piped }
}

/** A code that was given with its option, in the environment, or is asked for. */
async function codeOf({ world, settings }: ServerContext, given: string | true): Promise<string> {
  if (given !== true) return given
  if (settings.loginCode !== undefined) return settings.loginCode
  if (isInteractive(world)) return askHidden(world, 'Code: ')
  throw new CommandFailure('usage', 'There is no code.', {
    remedy: 'Give it with the option, in AFTERAI_LOGIN_CODE, or with --code-stdin.',
  })
}

async function signedIn(
  context: ServerContext,
  { setup, invitation, email, name, tenant, passwordStdin }: LoginOptions,
  piped: string | undefined,
): Promise<ApiResponse> {
  const { world } = context
  const server = { url: context.settings.url }
  const password = async (isNew: boolean): Promise<string> =>
    piped ?? readPassword(world, { fromStdin: passwordStdin === true, isNew })
  if (setup !== undefined && invitation !== undefined)
    throw new CommandFailure('usage', 'Give --setup or --invitation, not both.')
  if (invitation !== undefined) {
    const called = name ?? (isInteractive(world) ? await ask(world, 'Your name: ') : undefined)
    if (called === undefined) throw new CommandFailure('usage', 'Give --name with --invitation.')
    const body = { code: await codeOf(context, invitation), name: called, password: await password(true) }
    return send(server, 'acceptInvitation', { body })
  }
  const address = email ?? (isInteractive(world) ? await ask(world, 'E-mail: ') : undefined)
  if (address === undefined) throw new CommandFailure('usage', 'Give --email.')
  if (setup === undefined)
    return send(server, 'signIn', { body: { email: address, password: await password(false), tenant } })
  const called = name ?? address.replace(/@.*/, '')
  const code = await codeOf(context, setup)
  return send(server, 'setUp', { body: { code, email: address, name: called, password: await password(true) } })
}

async function logOut({ api, out, settings }: ServerContext): Promise<void> {
  try {
    await api.request('signOut')
  } catch (error) {
    // A session that has ended is what was asked for.
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error
  }
  await credentialStore(settings).update(async () => undefined)
  out.remark(`Signed out of ${settings.url} (profile ${settings.profile}).`)
}

async function whoAmI({ api, out, settings }: ServerContext): Promise<void> {
  out.answer(await api.call('getMe', meView), {
    lines: (me) =>
      properties([
        ['name', nameShown(me.name)],
        ['role', me.role],
        ['tenant', `${me.tenant.slug} (${printable(me.tenant.name)})${me.tenant.sample ? ', sample' : ''}`],
        ['credential', me.credential],
        ['server', settings.url],
        ['may', me.permissions.join(' ')],
      ]),
  })
}
