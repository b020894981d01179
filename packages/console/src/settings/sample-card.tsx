import { useState } from 'react'
import { api } from '../api/client.ts'
import { meQuery, useMay, useMe } from '../app/me.ts'
import { useProved } from '../identity/proved.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import styles from './settings.module.css'

/** Removes the sample workspace, from the reader's own one. Nothing where there is none, or where the reader may not. */
export function SampleCard() {
  const { tenants, tenant } = useMe()
  const may = useMay()
  const [isAsking, setAsking] = useState(false)
  const { mutateAsync } = useProved(() => api.removeSampleWorkspace(), meQuery.queryKey)
  const sample = tenants.find((it) => it.sample)
  if (sample === undefined || sample.id === tenant.id || !may('tenant:write')) return null
  return (
    <Card title="The sample">
      <p className={styles['acts']}>
        <Button onClick={() => setAsking(true)}>Remove the sample workspace</Button>
      </p>
      {isAsking ? (
        <ActDialog
          title={`Remove ${sample.name}?`}
          button="Remove the sample"
          act={() => mutateAsync(undefined)}
          done="The sample is removed"
          onClose={() => setAsking(false)}
        >
          All that it shows goes with it, for everybody, and doesn’t come back. Your own workspaces stay as they are.
        </ActDialog>
      ) : null}
    </Card>
  )
}
