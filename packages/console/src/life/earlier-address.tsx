import { useQuery } from '@tanstack/react-query'
import { Navigate, useParams } from '@tanstack/react-router'
import { api } from '../api/client.ts'
import { Loading } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'

type Part = 'decision' | 'assessment'

async function changeOf(part: Part, id: string): Promise<string> {
  const path = { id }
  return (await (part === 'decision' ? api.getDecision({ path }) : api.getAssessment({ path }))).changeId
}

function EarlierAddress({ id, part }: { readonly id: string; readonly part: Part }) {
  const { data, error, refetch } = useQuery({ queryKey: ['change-of', part, id], queryFn: () => changeOf(part, id) })
  if (data !== undefined) return <Navigate to="/changes/$id" params={{ id: data }} hash={part} replace />
  return (
    <Page title="Change">
      <PageBody>
        {error === null ? <Loading what="the change" /> : <Problem error={error} onRetry={() => void refetch()} />}
      </PageBody>
    </Page>
  )
}

/** The address of a decision, as earlier answers and mails have it: it leads to the decision of the change that it is of. */
export function DecisionAddress() {
  return <EarlierAddress id={useParams({ from: '/in/decisions/$id' }).id} part="decision" />
}

/** The address of an assessment: it leads to that part of its change. */
export function AssessmentAddress() {
  return <EarlierAddress id={useParams({ from: '/in/assessments/$id' }).id} part="assessment" />
}
