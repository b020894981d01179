import { date } from '../api/instants.ts'
import { Command } from '../look/command.tsx'

/** How somebody comes by a one-time code: by mail, or by an address to hand over, which is shown this once. */
export function WayIn({
  page,
  code,
  expiresAt,
}: {
  readonly page: 'invitation' | 'reset'
  readonly code: string | null
  readonly expiresAt: string | null
}) {
  const until = expiresAt === null ? 'It works once.' : `It works once, until ${date(expiresAt)}.`
  return code === null ? (
    <p className="soft">A mail with the way in is on its way to them. {until}</p>
  ) : (
    <>
      <p className="soft">No mail is set up, so give this address to them yourself. {until} It isn’t shown again.</p>
      <Command text={`${location.origin}/${page}#code=${code}`} what="the address" />
    </>
  )
}
