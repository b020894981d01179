import type { Command } from 'commander'
import { send } from '../api/http.ts'
import { readPassword } from '../terminal/prompt.ts'
import { online, serverLeaf, type Mount } from './leaf.ts'

/** `password`: for whoever has forgotten theirs. */
export function addPasswordCommands(program: Command, mount: Mount): void {
  const password = program.command('password').description('A forgotten password.')

  serverLeaf(password, 'forgot <email>', {
    description: 'Ask for a one-time code by mail. The answer is the same whether or not the address is known.',
    examples: ['afterai password forgot ada@example.com'],
  }).action(
    online(mount, async ({ out, settings }, email: string) => {
      const request = { method: 'POST', path: '/v1/password-resets', body: { email } } as const
      await send(settings.url, request, undefined)
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
          const request = { method: 'POST', path: '/v1/password-resets/complete', body, retry: 'unsent' } as const
          await send(settings.url, request, undefined)
          out.remark('The password is set. Sign in with `afterai login --email YOU`.')
        },
      ),
    )
}
