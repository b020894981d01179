import { Link } from '@tanstack/react-router'
import { useMay } from '../app/me.ts'
import { buttonClass } from '../look/button.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { DelegationsCard } from './delegations-card.tsx'
import { EnvelopesCard } from './envelopes-card.tsx'
import { PoliciesCard } from './policies-card.tsx'

/** By which rules changes are decided, which need no decision of their own, and who approves in whose place. */
export function PolicyPage() {
  const may = useMay()
  return (
    <Page
      title="Policy"
      facts="By which rules changes are decided. Every version stays, and is an event of the trail."
      actions={
        may('policy:write') ? (
          <Link to="/policy/set" className={buttonClass()}>
            Set rules
          </Link>
        ) : undefined
      }
    >
      <PageBody>
        <PoliciesCard />
        <EnvelopesCard />
        {may('decision:read') ? <DelegationsCard /> : null}
      </PageBody>
    </Page>
  )
}
