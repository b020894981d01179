import { useMe } from '../app/me.ts'
import { useSwitchTenant } from '../identity/switch-tenant.ts'
import { Button } from '../look/button.tsx'
import { Card } from '../look/card.tsx'
import { Problem } from '../look/problem.tsx'
import { Table } from '../look/table.tsx'
import { SampleCard } from './sample-card.tsx'

/** The workspaces that the reader belongs to, and the way into each. */
export function WorkspacesSection() {
  const { tenants, tenant } = useMe()
  const { switchTo, isPending, error } = useSwitchTenant()
  return (
    <>
      <Card>
        <Table
          caption="Workspaces"
          rows={tenants}
          keyOf={({ id }) => id}
          columns={[
            {
              name: 'Workspace',
              cell: ({ name, sample, instance, suspended }) =>
                `${name}${sample ? ' (sample)' : ''}${instance ? ' (operates the instance)' : ''}${suspended ? ', suspended' : ''}`,
            },
            { name: 'Your role', cell: ({ role }) => role },
            {
              name: '',
              isNumber: true,
              cell: ({ id, slug, name, suspended }) =>
                id === tenant.id ? (
                  <span className="faint">you are here</span>
                ) : suspended ? (
                  <span className="faint">nobody may enter</span>
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
      <SampleCard />
    </>
  )
}
