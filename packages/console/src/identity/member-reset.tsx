import { api } from '../api/client.ts'
import { Button } from '../look/button.tsx'
import { Problem } from '../look/problem.tsx'
import styles from './identity.module.css'
import { useProved } from './proved.ts'
import { WayIn } from './way-in.tsx'

/** Gives somebody who can't sign in any more the way to a new password. */
export function MemberReset({ accountId, name }: { readonly accountId: string; readonly name: string }) {
  const { mutate, data, error, isPending } = useProved(
    () => api.offerPasswordReset({ path: { accountId }, body: {} }),
    ['members'],
  )
  return (
    <div className={styles['part']}>
      <h3>Password</h3>
      {data === undefined ? (
        <Button busy={isPending} onClick={() => mutate(undefined)}>
          Offer {name} a new password
        </Button>
      ) : (
        <WayIn page="reset" code={data.code} expiresAt={data.expiresAt} />
      )}
      {error === null ? null : <Problem error={error} />}
    </div>
  )
}
