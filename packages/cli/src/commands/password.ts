import type { Command } from 'commander'
import { CommandFailure } from '../command-failure.ts'
import { askHidden, secretLines } from '../terminal/prompt.ts'
import { isInteractive, type World } from '../world.ts'
import { online, serverLeaf, type Mount } from './leaf.ts'

/** `password`: changing it. */
export function addPasswordCommands(program: Command, mount: Mount): void {
  const password = program.command('password').description('Your password.')

  serverLeaf(password, 'change', {
    description:
      'Change your password, and end all of your other sessions. It has 15 characters at least, or 8 with a second factor.',
    examples: ['afterai password change', 'afterai password change --password-stdin'],
  })
    .option('--password-stdin', 'read the present and the new password from standard input, one a line')
    .action(
      online(mount, async ({ api, out, world }, { passwordStdin }: { passwordStdin?: boolean }) => {
        const [currentPassword, newPassword] = passwordStdin === true ? await piped(world) : await asked(world)
        await api.request({ method: 'PUT', path: '/v1/password', body: { currentPassword, newPassword } })
        out.remark('Your password is changed; your other sessions have ended.')
      }),
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
