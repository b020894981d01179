import type { Command } from 'commander'
import { send } from '../api/http.ts'
import { CommandFailure } from '../command-failure.ts'
import { askHidden, readPassword, secretLines } from '../terminal/prompt.ts'
import { isInteractive, type World } from '../world.ts'
import { online, serverLeaf, type Mount } from './leaf.ts'

interface ChangeOptions {
  readonly passwordStdin?: boolean
  readonly endApiKeys?: boolean
}

/** `password`: changing it, and what to do when it is forgotten. */
export function addPasswordCommands(program: Command, mount: Mount): void {
  const password = program.command('password').description('Your password.')

  serverLeaf(password, 'change', {
    description:
      'Change your password, and end all of your other sessions. It has 15 characters at least, or 8 with a second factor.',
    examples: ['afterai password change', 'afterai password change --end-api-keys'],
  })
    .option('--password-stdin', 'read the present and the new password from standard input, one a line')
    .option(
      '--end-api-keys',
      'revoke your API keys too, in each of your tenants: whoever knew the password may have made one',
    )
    .action(
      online(mount, async ({ api, out, world }, { passwordStdin, endApiKeys = false }: ChangeOptions) => {
        const [currentPassword, newPassword = ''] = passwordStdin === true ? await piped(world) : await asked(world)
        const body = { currentPassword, newPassword, ...(endApiKeys ? { endApiKeys } : {}) }
        await api.request('changePassword', { body })
        out.remark(
          endApiKeys
            ? 'Your password is changed; your other sessions and your API keys have ended.'
            : 'Your password is changed; your other sessions have ended. API keys of yours still work: `afterai key list` shows them, and --end-api-keys ends them all.',
        )
      }),
    )

  serverLeaf(password, 'forgot <email>', {
    description: 'Ask for a one-time code by mail. The answer is the same whether or not the address is known.',
    examples: ['afterai password forgot ada@example.com'],
  }).action(
    online(mount, async ({ out, settings }, email: string) => {
      await send({ url: settings.url }, 'requestPasswordReset', { body: { email } })
      out.remark('If the address is known and the server sends mail, a code is on its way.')
    }),
  )

  serverLeaf(password, 'set', {
    description: 'Set a new password with a one-time code. All of your sessions end; sign in again afterwards.',
    examples: ['afterai password set --code CODE'],
  })
    .requiredOption('--code <code>', 'the one-time code')
    .option('--password-stdin', 'read the password from standard input')
    .action(
      online(
        mount,
        async ({ out, settings, world }, { code, passwordStdin }: { code: string; passwordStdin?: boolean }) => {
          const chosen = await readPassword(world, { fromStdin: passwordStdin === true, isNew: true })
          const body = { code, password: chosen }
          await send({ url: settings.url }, 'completePasswordReset', { body })
          out.remark('The password is set. Sign in with `afterai login --email YOU`.')
        },
      ),
    )
}

async function piped(world: World): Promise<string[]> {
  return secretLines(world, ['present password', 'new password'])
}

async function asked(world: World): Promise<string[]> {
  if (!isInteractive(world))
    throw new CommandFailure('usage', 'There is no terminal to ask for the passwords.', {
      remedy: 'Pipe them in, one a line, with --password-stdin.',
    })
  const present = await askHidden(world, 'Present password: ')
  const next = await askHidden(world, 'New password: ')
  if (next !== (await askHidden(world, 'The same again: ')))
    throw new CommandFailure('usage', 'The two passwords differ.')
  return [present, next]
}
