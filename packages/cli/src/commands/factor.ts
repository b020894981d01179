import { factorsView, recoveryCodesView, totpEnrolmentView } from '@afterai/contract'
import { Option, type Command } from 'commander'
import { CommandFailure } from '../command-failure.ts'
import { askHidden, confirm, secretLines } from '../terminal/prompt.ts'
import { printable } from '../terminal/style.ts'
import { properties } from '../terminal/table.ts'
import { isInteractive, type World } from '../world.ts'
import { online, serverLeaf, type Mount } from './leaf.ts'

interface CodeOptions {
  readonly code?: string
  readonly codeStdin?: boolean
}

/** `factor`: what you prove yourself with besides your password. */
export function addFactorCommands(program: Command, mount: Mount): void {
  const factor = program.command('factor').description('Your second factors.')

  serverLeaf(factor, 'list', {
    description: 'Show what you can prove yourself with.',
    examples: ['afterai factor list'],
  }).action(
    online(mount, async ({ api, out }) => {
      out.answer(await api.call('listFactors', factorsView), {
        lines: ({ password, totp, recoveryCodesLeft, passkeys }) =>
          properties([
            ['password', password ? 'yes' : 'no'],
            ['authenticator app', totp === null ? 'no' : `since ${totp.confirmedAt}`],
            ['recovery codes left', recoveryCodesLeft],
            ...passkeys.map((it) => ['passkey', `${printable(it.name)} (${it.lastUsedAt ?? 'never used'})`] as const),
          ]),
      })
    }),
  )

  serverLeaf(factor, 'recovery-codes', {
    description: 'Make ten new recovery codes; the old ones are void.',
    examples: ['afterai factor recovery-codes'],
  }).action(
    online(mount, async ({ api, out }) => {
      out.answer(await api.call('renewRecoveryCodes', recoveryCodesView), {
        lines: ({ recoveryCodes }) => recoveryCodes,
      })
      out.remark('Keep them where you keep passwords: they are not shown again, and each is good once.')
    }),
  )

  addTotpCommands(factor, mount)
}

function addTotpCommands(factor: Command, mount: Mount): void {
  const totp = factor.command('totp').description('An authenticator app.')

  serverLeaf(totp, 'enrol', {
    description: 'Begin to enrol an authenticator app: shows its secret, once.',
    examples: ['afterai factor totp enrol'],
  }).action(
    online(mount, async ({ api, out }) => {
      out.answer(await api.call('addAuthenticator', totpEnrolmentView), {
        lines: ({ secret, uri }) =>
          properties([
            ['secret', secret],
            ['address', uri],
          ]),
      })
      out.remark('Put it into your app, then run `afterai factor totp confirm`. It counts from then on.')
    }),
  )

  serverLeaf(totp, 'confirm', {
    description: 'Confirm the app with a code of it: shows your recovery codes, once.',
    examples: ['afterai factor totp confirm', 'afterai factor totp confirm --code-stdin'],
  })
    .option('--code <code>', 'the code that the app shows')
    .addOption(new Option('--code-stdin', 'read it from standard input').conflicts('code'))
    .action(
      online(mount, async ({ api, out, world }, options: CodeOptions) => {
        const body = { code: (await codeFrom(world, options)).replaceAll(/\s/g, '') }
        const answer = await api.call('confirmAuthenticator', recoveryCodesView, { body })
        out.answer(answer, { lines: ({ recoveryCodes }) => recoveryCodes })
        out.remark('These are your recovery codes: each stands in for the app once. They are not shown again.')
      }),
    )

  serverLeaf(totp, 'remove', {
    description: 'Remove the authenticator app.',
    examples: ['afterai factor totp remove --yes'],
  })
    .option('--yes', "don't ask")
    .action(
      online(mount, async ({ api, out, world }, { yes }: { yes?: boolean }) => {
        if (yes !== true && !(isInteractive(world) && (await confirm(world, 'Remove the authenticator app?'))))
          throw new CommandFailure('usage', 'Nothing was removed.', { remedy: 'Give --yes.' })
        await api.request('removeAuthenticator')
        out.remark('The authenticator app is removed.')
      }),
    )
}

async function codeFrom(world: World, { code, codeStdin }: CodeOptions): Promise<string> {
  if (code !== undefined) return code
  if (codeStdin === true) return (await secretLines(world, ['code']))[0] ?? ''
  if (isInteractive(world)) return askHidden(world, 'Code: ')
  throw new CommandFailure('usage', 'There is no terminal to ask for the code.', {
    remedy: 'Pipe it in, with --code-stdin.',
  })
}
