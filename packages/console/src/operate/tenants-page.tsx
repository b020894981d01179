import type { Operations } from '@afterai/client'
import { PlusIcon } from 'lucide-react'
import { useState } from 'react'
import { api } from '../api/client.ts'
import { date } from '../api/instants.ts'
import { usePages } from '../api/pages.ts'
import { useMay } from '../app/me.ts'
import { useProved } from '../identity/proved.ts'
import { ActDialog } from '../look/act-dialog.tsx'
import { Warning } from '../look/badge.tsx'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Empty, Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { CreateTenantDialog } from './create-tenant-dialog.tsx'
import styles from './operate.module.css'

type Tenant = Operations['listTenants']['answer']['items'][number]
type Asked = { readonly what: 'create' } | { readonly what: 'suspend' | 'resume'; readonly tenant: Tenant }

/** The tenants of the instance, for those who operate it: names, dates and counts, never what they hold. */
export function TenantsPage() {
  const mayOperate = useMay()('tenant:operate')
  const [asked, setAsked] = useState<Asked>()
  return (
    <Page
      title="Tenants"
      actions={
        mayOperate ? (
          <Button kind="primary" onClick={() => setAsked({ what: 'create' })}>
            <PlusIcon aria-hidden />
            Make a tenant
          </Button>
        ) : undefined
      }
    >
      <PageBody>
        {mayOperate ? (
          <Tenants onAsk={(what, tenant) => setAsked({ what, tenant })} />
        ) : (
          <Empty title="Operators see the tenants of this instance.">
            <p>Go to the workspace that operates the instance first, if you belong to it: Settings, Workspaces.</p>
          </Empty>
        )}
        <AskedDialog asked={asked} onClose={() => setAsked(undefined)} />
      </PageBody>
    </Page>
  )
}

function Tenants({ onAsk }: { readonly onAsk: (what: 'suspend' | 'resume', tenant: Tenant) => void }) {
  const { items, error, retry, hasMore, more, isReadingMore } = usePages(['tenants'], ({ query, signal }) =>
    api.listTenants({ query, signal }),
  )
  if (error !== null) return <Problem error={error} onRetry={retry} />
  if (items === undefined) return <Loading what="the tenants" />
  return (
    <>
      <Card>
        <Table
          caption="Tenants"
          rows={items}
          keyOf={({ id }) => id}
          columns={[
            {
              name: 'Tenant',
              cell: ({ name, slug, suspendedAt, kind }) => (
                <>
                  {name} {suspendedAt === null ? null : <Warning word="Suspended" />}
                  <span className={styles['below']}>
                    {slug}
                    {kind === 'customer' ? '' : `, ${kind === 'sample' ? 'the sample' : 'operates the instance'}`}
                  </span>
                </>
              ),
            },
            { name: 'Members', isNumber: true, cell: ({ members }) => members.toLocaleString('en') },
            { name: 'Systems', isNumber: true, wideOnly: true, cell: ({ systems }) => systems.toLocaleString('en') },
            { name: 'Records', isNumber: true, wideOnly: true, cell: ({ records }) => records.toLocaleString('en') },
            { name: 'Since', wideOnly: true, cell: ({ createdAt }) => date(createdAt) },
            {
              name: '',
              isNumber: true,
              cell: (tenant) =>
                tenant.kind === 'instance' ? null : tenant.suspendedAt === null ? (
                  <Button onClick={() => onAsk('suspend', tenant)} aria-label={`Suspend ${tenant.name}`}>
                    Suspend
                  </Button>
                ) : (
                  <Button onClick={() => onAsk('resume', tenant)} aria-label={`Resume ${tenant.name}`}>
                    Resume
                  </Button>
                ),
            },
          ]}
        />
      </Card>
      {hasMore ? (
        <p className={styles['more']}>
          <Button busy={isReadingMore} onClick={more}>
            More tenants
          </Button>
        </p>
      ) : null}
    </>
  )
}

function AskedDialog({ asked, onClose }: { readonly asked: Asked | undefined; readonly onClose: () => void }) {
  const suspend = useProved((id: string) => api.suspendTenant({ path: { id }, body: {} }), ['tenants'])
  const resume = useProved((id: string) => api.resumeTenant({ path: { id }, body: {} }), ['tenants'])
  if (asked === undefined) return null
  if (asked.what === 'create') return <CreateTenantDialog onClose={onClose} />
  const { id, name } = asked.tenant
  return asked.what === 'suspend' ? (
    <ActDialog
      title={`Suspend ${name}?`}
      button={`Suspend ${name}`}
      act={() => suspend.mutateAsync(id)}
      done={`${name} is suspended`}
      onClose={onClose}
    >
      Nobody reaches it: people, keys and pipelines are refused at once, gates included. All that it holds is kept, and
      nothing is deleted until you resume it.
    </ActDialog>
  ) : (
    <ActDialog
      title={`Resume ${name}?`}
      button={`Resume ${name}`}
      kind="primary"
      act={() => resume.mutateAsync(id)}
      done={`${name} is resumed`}
      onClose={onClose}
    >
      Its people and keys are let in again, as they were.
    </ActDialog>
  )
}
