import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { tellSession } from '../api/session-fetch.ts'
import { useMay, useMe } from '../app/me.ts'
import { useSwitchTenant } from '../identity/switch-tenant.ts'
import { ApiKeysCard } from '../identity/api-keys-card.tsx'
import { MembersCard } from '../identity/members-card.tsx'
import { Button } from '../look/button.tsx'
import { Card, Facts } from '../look/card.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { Ago } from '../look/time.tsx'
import { PreferencesCard } from './preferences-card.tsx'
import styles from './settings.module.css'

/** The account, its sessions and workspaces; the people and the keys of the tenant, for who may see them. */
export function SettingsPage() {
  const me = useMe()
  const may = useMay()
  return (
    <Page title="Settings">
      <PageBody
        side={
          <div className={styles['side']}>
            <Card title="You">
              <Facts
                padded
                of={[
                  ['Name', me.name],
                  ['Role', me.role],
                  ['Workspace', me.tenant.name],
                ]}
              />
            </Card>
            <Link to="/help/keys" className="link">
              Keyboard
            </Link>
            <SignOut />
          </div>
        }
      >
        <PreferencesCard />
        {me.tenants.length > 1 ? <Workspaces /> : null}
        {may('member:read') ? <MembersCard /> : null}
        {may('api-key:own') ? <ApiKeysCard /> : null}
        {may('session:own') ? <Sessions /> : null}
      </PageBody>
    </Page>
  )
}

function Workspaces() {
  const { tenants, tenant } = useMe()
  const { switchTo, isPending, error } = useSwitchTenant()
  return (
    <Card title="Workspaces">
      <Table
        caption="Workspaces"
        rows={tenants}
        keyOf={({ id }) => id}
        columns={[
          {
            name: 'Workspace',
            cell: ({ name, sample, instance }) =>
              `${name}${sample ? ' (sample)' : ''}${instance ? ' (operates the instance)' : ''}`,
          },
          { name: 'Your role', cell: ({ role }) => role },
          {
            name: '',
            isNumber: true,
            cell: ({ id, slug, name }) =>
              id === tenant.id ? (
                <span className="faint">you are here</span>
              ) : (
                <Button busy={isPending} onClick={() => switchTo(slug)} aria-label={`Go to ${name}`}>
                  Go there
                </Button>
              ),
          },
        ]}
      />
      {error === null ? null : <Problem error={error} />}
    </Card>
  )
}

function Sessions() {
  const client = useQueryClient()
  const { data, error } = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => api.listSessions({ signal }) })
  const end = useMutation({
    mutationFn: (id: string) => api.endSession({ path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  })
  if (error !== null) return <Problem error={error} />
  if (data === undefined) return null
  return (
    <Card title="Your sessions">
      <Table
        caption="Your sessions"
        rows={data.items}
        keyOf={({ id }) => id}
        columns={[
          {
            name: 'Where',
            cell: ({ device, current }) => `${device ?? 'an unknown program'}${current ? ' (this one)' : ''}`,
          },
          { name: 'Address', wideOnly: true, cell: ({ address }) => address },
          { name: 'Last used', cell: ({ usedAt }) => <Ago at={usedAt} /> },
          {
            name: '',
            isNumber: true,
            cell: ({ id, current }) =>
              current ? null : (
                <Button busy={end.isPending} onClick={() => end.mutate(id)}>
                  End it
                </Button>
              ),
          },
        ]}
      />
    </Card>
  )
}

function SignOut() {
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.signOut(),
    onSuccess: () => {
      tellSession('ended')
      location.assign('/sign-in')
    },
  })
  return (
    <>
      <Button busy={isPending} onClick={() => mutate()}>
        Sign out
      </Button>
      {error === null ? null : <Problem error={error} />}
    </>
  )
}
