import { useQuery } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { SearchIcon } from 'lucide-react'
import { useState } from 'react'
import { RailViews } from '../ace/rail-views.tsx'
import { inboxQuery } from '../home/inbox.ts'
import { LogLine } from '../ledger/log-line.tsx'
import { useZone } from '../look/time.tsx'
import { ToastPlace } from '../look/toast.tsx'
import { useLiveUpdates } from './live-updates.ts'
import { Mark } from './mark.tsx'
import { useMay, useMe } from './me.ts'
import { type NavigationItem, navigation, settings } from './navigation.ts'
import { usePreferences } from './preferences.ts'
import { Palette } from './palette.tsx'
import { SampleBar } from './sample-bar.tsx'
import styles from './shell.module.css'
import { useGoKeys } from './shortcuts.ts'
import { StateBar } from './state-bar.tsx'

/** What is around every page of somebody who is signed in: the rail, and on narrow screens the bar and the tabs. */
export function Shell() {
  const me = useMe()
  const may = useMay()
  const [isFinding, setFinding] = useState(false)
  const items = navigation.filter(({ permission }) => permission === undefined || may(permission))
  const tabs = items.toSorted((a, b) => Number(b.isTab ?? false) - Number(a.isTab ?? false)).slice(0, 5)
  const waiting = useQuery({ ...inboxQuery, enabled: may('change:read') }).data?.items.length ?? 0
  useGoKeys()
  useLiveUpdates()
  usePreferences()
  useZone()
  return (
    <>
      <a className={styles['skip']} href="#main">
        Skip to the page
      </a>
      <StateBar />
      <div className={styles['shell']}>
        <aside className={styles['rail']} aria-label="Main">
          <Link to="/settings" className={styles['tenant']} title="Tenants and account">
            <Mark />
            <span>{me.tenant.name}</span>
          </Link>
          <button type="button" className={styles['find']} onClick={() => setFinding(true)}>
            <SearchIcon aria-hidden />
            Find or do
            <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
          </button>
          <nav aria-label="Pages" className={styles['pages']}>
            {items.map((item) => (
              <PageLink key={item.to} item={item} waiting={item.to === '/' ? waiting : 0} />
            ))}
            {may('change:read') ? <RailViews /> : null}
            <PageLink item={settings} waiting={0} />
          </nav>
          {may('log:read') ? <LogLine /> : null}
        </aside>
        <header className={styles['bar']}>
          <Mark />
          <b>{me.tenant.name}</b>
          <button type="button" className={styles['barFind']} aria-label="Find or do" onClick={() => setFinding(true)}>
            <SearchIcon aria-hidden />
          </button>
          <Link to={settings.to} className={styles['barFind']} aria-label={settings.label}>
            <settings.icon aria-hidden />
          </Link>
        </header>
        <main className={styles['main']} id="main" tabIndex={-1}>
          {me.tenant.sample ? <SampleBar /> : null}
          <Outlet />
        </main>
        <nav className={styles['tabs']} aria-label="Pages, short">
          {tabs.map((item) => (
            <Link
              key={item.to}
              to={item.to}
              activeProps={{ className: styles['tabHere'] }}
              activeOptions={{ exact: item.to === '/', includeSearch: false }}
            >
              <item.icon aria-hidden />
              {item.label}
            </Link>
          ))}
        </nav>
      </div>
      <Palette open={isFinding} setOpen={setFinding} />
      <ToastPlace />
    </>
  )
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

function PageLink({ item, waiting }: { readonly item: NavigationItem; readonly waiting: number }) {
  return (
    <Link
      to={item.to}
      className={styles['item']}
      activeProps={{ className: `${styles['item']} ${styles['here']}` }}
      activeOptions={{ exact: item.to === '/', includeSearch: false }}
    >
      <item.icon aria-hidden />
      {item.label}
      {waiting === 0 ? null : (
        <span className={styles['count']}>
          {waiting}
          <span className="unseen"> wait for you</span>
        </span>
      )}
    </Link>
  )
}
