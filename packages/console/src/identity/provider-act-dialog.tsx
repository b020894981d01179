import { api } from '../api/client.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { useProved } from './proved.ts'

/** Asks before a provider becomes the only way in, stops being it, or is removed. */
export function ProviderActDialog({
  what,
  provider: { id, name },
  onClose,
}: {
  readonly what: 'enforce' | 'relax' | 'remove'
  readonly provider: { readonly id: string; readonly name: string }
  readonly onClose: () => void
}) {
  const update = useProved(
    (enforced: boolean) => api.updateIdentityProvider({ path: { id }, body: { enforced } }),
    ['providers'],
  )
  const remove = useProved(() => api.removeIdentityProvider({ path: { id } }), ['providers'])
  if (what === 'remove')
    return (
      <ActDialog
        title={`Remove ${name}?`}
        button={`Remove ${name}`}
        act={() => remove.mutateAsync(undefined)}
        done={`${name} is removed`}
        onClose={onClose}
      >
        The sessions that it opened end, and who is linked to it is forgotten. People stay members, and need another way
        to sign in.
      </ActDialog>
    )
  return what === 'enforce' ? (
    <ActDialog
      title={`Make ${name} the only way in?`}
      button="Make it the only way in"
      act={() => update.mutateAsync(true)}
      done={`${name} is the only way in`}
      onClose={onClose}
    >
      Passwords and passkeys let nobody in here any more, but for the break-glass administrators. Sessions that began
      otherwise end now.
    </ActDialog>
  ) : (
    <ActDialog
      title="Allow other ways in?"
      button="Allow them"
      kind="primary"
      act={() => update.mutateAsync(false)}
      done="Passwords and passkeys let people in again"
      onClose={onClose}
    >
      Who has a password or a passkey may sign in with it again.
    </ActDialog>
  )
}
