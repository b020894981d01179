import { useQuery } from '@tanstack/react-query'
import { Suspense, useState } from 'react'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { Button } from '../look/button.tsx'
import { Card, Facts } from '../look/card.tsx'
import { lazily } from '../look/lazily.ts'
import { Problem } from '../look/problem.tsx'
import styles from './systems.module.css'

const CardDialog = lazily(async () => (await import('./card-dialog.tsx')).CardDialog)

/** What people say of a system: purpose, owner, classes, regimes; and, for those who may, saying it. */
export function SystemCardFacts({ name }: { readonly name: string }) {
  const may = useMay()
  const [isEditing, setEditing] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ['systems', name, 'card'],
    queryFn: ({ signal }) => api.getSystemCard({ path: { name }, signal }),
  })
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  const { card, version, ownerName, ownerIsMember, setByName } = data
  return (
    <Card
      title="What it is for"
      note={version === 0 ? undefined : `version ${version}${setByName === null ? '' : `, by ${setByName}`}`}
    >
      {version === 0 ? (
        <p className={styles['reason']}>Nobody has said: purpose, owner, role, risk class, regimes.</p>
      ) : (
        <Facts
          padded
          of={[
            ['Purpose', card.purpose],
            ['Owner', ownerName === null ? null : `${ownerName}${ownerIsMember === false ? ', who has left' : ''}`],
            ['Role', card.roles.join(', ')],
            ['Risk class', card.riskClass],
            ['Regimes', card.regimes.join(', ')],
            ['Data', card.dataClass],
            ['Vendor', card.vendor],
          ]}
        />
      )}
      {may('system:write') ? (
        <p className={styles['acts']}>
          <Button onClick={() => setEditing(true)}>{version === 0 ? 'Say what it is for' : 'Edit'}</Button>
        </p>
      ) : null}
      <Suspense>{isEditing ? <CardDialog view={data} onClose={() => setEditing(false)} /> : null}</Suspense>
    </Card>
  )
}
