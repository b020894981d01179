import type { offeredResetView } from '@afterai/contract'
import type { Command } from 'commander'
import type { z } from 'zod'
import type { Api } from '../api/api.ts'
import type { Answer } from '../terminal/output.ts'
import { properties } from '../terminal/table.ts'
import { online, serverLeaf, withQuiet, type Mount } from './leaf.ts'

/** `reset-password`: a one-time code for somebody, shown where the instance sends no mail. */
export function addPasswordReset(
  parent: Command,
  mount: Mount,
  of: {
    readonly who: string
    readonly example: string
    readonly description: string
    readonly offer: (api: Api, given: string) => Promise<Answer<z.infer<typeof offeredResetView>>>
  },
): void {
  const text = { description: of.description, examples: [of.example] }
  withQuiet(
    serverLeaf(parent, `reset-password <${of.who}>`, text),
    'the code, or nothing where it goes by mail',
  ).action(
    online(mount, async ({ api, out }, given: string) => {
      out.answer(await of.offer(api, given), {
        lines: ({ code, expiresAt }) =>
          code === null
            ? ['The code goes to them by mail.']
            : [
                ...properties([
                  ['code', code],
                  ['until', expiresAt],
                ]),
                '',
                `They set a new password with: afterai password set --code ${code}`,
              ],
        quiet: ({ code }) => (code === null ? [] : [code]),
      })
    }),
  )
}
