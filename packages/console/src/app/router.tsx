import { createRootRouteWithContext, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router'
import { ApiProblem } from '@afterai/client'
import type { QueryClient } from '@tanstack/react-query'
import { readChangeSearch } from '../ace/change-search.ts'
import { LeaveGuard } from '../look/leave-guard.tsx'
import { StepUpDialog } from '../identity/step-up.tsx'
import { readPolicySearch, readScopeSearch } from '../policy/policy-search.ts'
import { readSystemSearch } from '../systems/system-search.ts'
import { readRecordSearch } from '../pacr/record-search.ts'
import { readAuditSearch } from '../trail/audit-search.ts'
import { ErrorPage, NoSuchPage } from './error-page.tsx'
import { meQuery } from './me.ts'
import { pageOf } from './page-of.tsx'
import { queryClient } from './query-client.ts'
import { SessionGuard } from './session-guard.tsx'
import { Shell } from './shell.tsx'

const root = createRootRouteWithContext<{ readonly client: QueryClient }>()({
  component: () => (
    <>
      <Outlet />
      <LeaveGuard />
    </>
  ),
  notFoundComponent: () => (
    <main>
      <NoSuchPage />
    </main>
  ),
})
const text = (search: Record<string, unknown>, name: string) =>
  typeof search[name] === 'string' ? search[name] : undefined

// Before a session.
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { returnTo?: string; tenant?: string } => {
    const [returnTo, tenant] = [text(search, 'returnTo'), text(search, 'tenant')]
    return { ...(returnTo === undefined ? {} : { returnTo }), ...(tenant === undefined ? {} : { tenant }) }
  },
  component: pageOf(() => import('../identity/sign-in-page.tsx'), 'SignInPage'),
})
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: pageOf(() => import('../first-run/set-up-page.tsx'), 'SetUpPage'),
})
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: pageOf(() => import('../identity/invitation-page.tsx'), 'InvitationPage'),
})
const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  component: pageOf(() => import('../identity/reset-page.tsx'), 'ResetPage'),
})
const verify = createRoute({
  getParentRoute: () => root,
  path: '/verify',
  component: pageOf(() => import('../ledger/verify-page.tsx'), 'VerifyPage'),
})

/** Lets in who is signed in; others sign in first, and come back. */
async function signedIn({ context, location }: { context: { client: QueryClient }; location: { href: string } }) {
  try {
    await context.client.ensureQueryData(meQuery)
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error
    throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { returnTo: location.href } })
  }
}

/** One question alone, to somebody who is signed in: nothing around it leads away. */
const device = createRoute({
  getParentRoute: () => root,
  path: '/device',
  validateSearch: (search: Record<string, unknown>): { code?: string } => {
    const code = text(search, 'code')
    return code === undefined ? {} : { code }
  },
  beforeLoad: signedIn,
  component: pageOf(() => import('../identity/device-page.tsx'), 'DevicePage'),
})

/** Everything behind it belongs to somebody who is signed in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'in',
  beforeLoad: signedIn,
  component: () => (
    <>
      <Shell />
      <SessionGuard />
      <StepUpDialog />
    </>
  ),
})
const home = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: pageOf(() => import('../home/home-page.tsx'), 'HomePage'),
})
const changes = createRoute({
  getParentRoute: () => inside,
  path: '/changes',
  validateSearch: readChangeSearch,
  component: pageOf(() => import('../ace/changes-page.tsx'), 'ChangesPage'),
})
const newChange = createRoute({
  getParentRoute: () => inside,
  path: '/changes/new',
  component: pageOf(() => import('../ace/record-change-page.tsx'), 'RecordChangePage'),
})
const change = createRoute({
  getParentRoute: () => inside,
  path: '/changes/$id',
  component: pageOf(() => import('../life/life-page.tsx'), 'LifePage'),
})
const assess = createRoute({
  getParentRoute: () => inside,
  path: '/changes/$id/assess',
  component: pageOf(() => import('../aura/assess-page.tsx'), 'AssessPage'),
})
const report = createRoute({
  getParentRoute: () => inside,
  path: '/changes/$id/report',
  component: pageOf(() => import('../life/report-page.tsx'), 'ReportPage'),
})
const decision = createRoute({
  getParentRoute: () => inside,
  path: '/decisions/$id',
  component: pageOf(() => import('../life/earlier-address.tsx'), 'DecisionAddress'),
})
const assessment = createRoute({
  getParentRoute: () => inside,
  path: '/assessments/$id',
  component: pageOf(() => import('../life/earlier-address.tsx'), 'AssessmentAddress'),
})
const systems = createRoute({
  getParentRoute: () => inside,
  path: '/systems',
  component: pageOf(() => import('../systems/systems-page.tsx'), 'SystemsPage'),
})
const system = createRoute({
  getParentRoute: () => inside,
  path: '/systems/$name',
  validateSearch: readSystemSearch,
  component: pageOf(() => import('../systems/system-page.tsx'), 'SystemPage'),
})
const evaluations = createRoute({
  getParentRoute: () => inside,
  path: '/evaluations',
  validateSearch: (search: Record<string, unknown>): { system?: string } => {
    const system = text(search, 'system')
    return system === undefined ? {} : { system }
  },
  component: pageOf(() => import('../aura/evaluations-page.tsx'), 'EvaluationsPage'),
})
const evaluation = createRoute({
  getParentRoute: () => inside,
  path: '/evaluations/$id',
  component: pageOf(() => import('../aura/evaluation-page.tsx'), 'EvaluationPage'),
})
const records = createRoute({
  getParentRoute: () => inside,
  path: '/records',
  validateSearch: readRecordSearch,
  component: pageOf(() => import('../pacr/records-page.tsx'), 'RecordsPage'),
})
const record = createRoute({
  getParentRoute: () => inside,
  path: '/records/$id',
  component: pageOf(() => import('../pacr/record-page.tsx'), 'RecordPage'),
})
const policy = createRoute({
  getParentRoute: () => inside,
  path: '/policy',
  validateSearch: readPolicySearch,
  component: pageOf(() => import('../policy/policy-page.tsx'), 'PolicyPage'),
})
const setPolicy = createRoute({
  getParentRoute: () => inside,
  path: '/policy/set',
  validateSearch: readScopeSearch,
  component: pageOf(() => import('../policy/set-policy-page.tsx'), 'SetPolicyPage'),
})
const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: pageOf(() => import('../trail/audit-page.tsx'), 'AuditPage'),
})
const settingsHome = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'profile' }, replace: true })
  },
})
const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings/$section',
  component: pageOf(() => import('../settings/settings-page.tsx'), 'SettingsPage'),
})
const health = createRoute({
  getParentRoute: () => inside,
  path: '/health',
  component: pageOf(() => import('../status/health-page.tsx'), 'HealthPage'),
})
const tenants = createRoute({
  getParentRoute: () => inside,
  path: '/operate/tenants',
  component: pageOf(() => import('../operate/tenants-page.tsx'), 'TenantsPage'),
})
const keys = createRoute({
  getParentRoute: () => inside,
  path: '/help/keys',
  component: pageOf(() => import('./keys-page.tsx'), 'KeysPage'),
})

/** All pages of the console, by their addresses. */
export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    setUp,
    invitation,
    reset,
    verify,
    device,
    inside.addChildren([
      home,
      changes,
      newChange,
      change,
      assess,
      report,
      decision,
      assessment,
      systems,
      system,
      evaluations,
      evaluation,
      records,
      record,
      policy,
      setPolicy,
      audit,
      settingsHome,
      settings,
      health,
      tenants,
      keys,
    ]),
  ]),
  context: { client: queryClient },
  // What a page's own reader of addresses leaves out, no page sees.
  search: { strict: true },
  defaultErrorComponent: ErrorPage,
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
