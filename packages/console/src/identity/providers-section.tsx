import type { Operations } from '@afterai/client'
import { useQuery } from '@tanstack/react-query'
import { PlusIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { useMay } from '../app/me.ts'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card, Facts } from '../look/card.tsx'
import { Copyable } from '../look/copyable.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Problem } from '../look/problem.tsx'
import { BreakGlassCard } from './break-glass-card.tsx'
import styles from './identity.module.css'
import { IdentitiesDialog } from './identities-dialog.tsx'
import { ProviderActDialog } from './provider-act-dialog.tsx'
import { ProviderDialog } from './provider-dialog.tsx'
import { ProviderTest } from './provider-test.tsx'

/** An identity provider of the workspace. */
export type Provider = Operations['listIdentityProviders']['answer']['items'][number]

type What = 'add' | 'change' | 'identities' | 'enforce' | 'relax' | 'remove'
interface Asked {
  readonly what: What
  readonly provider?: Provider
}

/** How people of the company sign in: its identity providers, and who may do without them. */
export function ProvidersSection() {
  const manages = useMay()('identity-provider:write')
  const [asked, setAsked] = useState<Asked>()
  const { data, error, refetch } = useQuery({
    queryKey: ['providers'],
    queryFn: ({ signal }) => api.listIdentityProviders({ signal }),
  })
  // What was read before stays, with the dialogs over it: only where there is nothing yet does the fault take its place.
  if (error !== null && data === undefined) return <Problem error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading what="the providers" />
  return (
    <>
      {data.items.length === 0 ? (
        <Card title="Identity providers">
          <Empty title="There is none">
            <p>
              People sign in with a password or a passkey. With OpenID Connect your company’s provider lets them in.
            </p>
          </Empty>
        </Card>
      ) : (
        data.items.map((provider) => (
          <ProviderCard
            key={provider.id}
            provider={provider}
            onAsk={manages ? (what) => setAsked({ what, provider }) : undefined}
          />
        ))
      )}
      {manages ? (
        <p className={styles['below-card']}>
          <Button onClick={() => setAsked({ what: 'add' })}>
            <PlusIcon aria-hidden />
            Add a provider
          </Button>
        </p>
      ) : null}
      <BreakGlassCard />
      <AskedDialog asked={asked} onClose={() => setAsked(undefined)} />
    </>
  )
}

function ProviderCard({
  provider,
  onAsk,
}: {
  readonly provider: Provider
  readonly onAsk: ((what: What) => void) | undefined
}) {
  const { name, issuer, clientId, redirectUri, allowedDomains, roleMapping, defaultRole, createsMembers, enforced } =
    provider
  return (
    <Card title={name} note={enforced ? <Warning word="The only way in" /> : undefined}>
      <Facts
        padded
        of={[
          ['Issuer', issuer],
          ['Client', clientId],
          ['Return to', <Copyable key="uri" text={redirectUri} what="the address to register at the provider" />],
          ['Domains', allowedDomains.length === 0 ? 'none: it vouches for no address' : allowedDomains.join(', ')],
          [
            'Roles',
            [
              ...roleMapping.map(({ group, role }) => `${group} → ${role}`),
              defaultRole === null ? 'others aren’t let in' : `others → ${defaultRole}`,
            ].join('; '),
          ],
          ['Newcomers', createsMembers ? 'become members when they sign in' : 'have to be members already'],
        ]}
      />
      {onAsk === undefined ? null : (
        <>
          <ProviderTest id={provider.id} name={name} />
          <p className={styles['acts']}>
            <Button onClick={() => onAsk('change')} aria-label={`Change ${name}`}>
              Change
            </Button>
            <Button onClick={() => onAsk('identities')} aria-label={`Linked identities of ${name}`}>
              Linked identities
            </Button>
            <Button onClick={() => onAsk(enforced ? 'relax' : 'enforce')}>
              {enforced ? 'Allow other ways in' : 'Make it the only way in'}
            </Button>
            <Button kind="danger" onClick={() => onAsk('remove')} aria-label={`Remove ${name}`}>
              Remove
            </Button>
          </p>
        </>
      )}
    </Card>
  )
}

function AskedDialog({ asked, onClose }: { readonly asked: Asked | undefined; readonly onClose: () => void }) {
  if (asked === undefined) return null
  const { what, provider } = asked
  if (provider === undefined) return <ProviderDialog onClose={onClose} />
  if (what === 'identities') return <IdentitiesDialog provider={provider} onClose={onClose} />
  if (what === 'add' || what === 'change') return <ProviderDialog provider={provider} onClose={onClose} />
  return <ProviderActDialog what={what} provider={provider} onClose={onClose} />
}
