import { Link } from '@tanstack/react-router'
import { Empty } from '../look/empty.tsx'
import { Page, PageBody } from '../look/page.tsx'
import { Problem } from '../look/problem.tsx'

/** A page that couldn't be shown: what went wrong, in words. */
export function ErrorPage({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return (
    <Page title="This page can’t be shown">
      <PageBody>
        <Problem error={error} onRetry={reset} />
      </PageBody>
    </Page>
  )
}

/** An address that leads nowhere. */
export function NoSuchPage() {
  return (
    <Page title="There is no such page">
      <Empty title="This address leads nowhere">
        <p>It may be mistyped, or from an older release.</p>
        <Link to="/" className="link">
          Go home
        </Link>
      </Empty>
    </Page>
  )
}
