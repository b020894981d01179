import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Suspense } from 'react'
import { NoSuchPage } from '../app/error-page.tsx'
import { useMay } from '../app/me.ts'
import { Empty, Loading } from '../look/empty.tsx'
import { Select } from '../look/field.tsx'
import { useNarrow } from '../look/narrow.ts'
import { Page } from '../look/page.tsx'
import { ownSections, type Section, tenantSections } from './sections.ts'
import styles from './settings.module.css'

/** The settings, a section at a time: a navigation beside it, on narrow screens a select above it. */
export function SettingsPage() {
  const { section: name } = useParams({ from: '/in/settings/$section' })
  const may = useMay()
  const section = [...ownSections, ...tenantSections].find((it) => it.name === name)
  if (section === undefined) return <NoSuchPage />
  const { label, permission, component: Content } = section
  return (
    <Page title={label}>
      <div className={styles['frame']}>
        <Navigation current={name} />
        <div className={styles['section']}>
          {permission === undefined || may(permission) ? (
            <Suspense fallback={<Loading what={label.toLowerCase()} />}>
              <Content key={name} />
            </Suspense>
          ) : (
            <Empty title="Your role doesn’t show you this.">
              It needs the permission {permission}, which an administrator of your tenant can give.
            </Empty>
          )}
        </div>
      </div>
    </Page>
  )
}

/** What the list on narrow screens calls the page of the server's health, which is no section. */
const health = '/health'

function Navigation({ current }: { readonly current: string }) {
  const may = useMay()
  const navigate = useNavigate()
  const isNarrow = useNarrow()
  const seen = ({ permission }: Section) => permission === undefined || may(permission)
  const groups = [
    { title: 'Yours', sections: ownSections.filter(seen) },
    { title: 'Of the workspace', sections: tenantSections.filter(seen) },
  ].filter(({ sections }) => sections.length > 0)
  if (isNarrow)
    return (
      <Select
        label="Section"
        value={current}
        options={[
          ...groups.flatMap(({ sections }) => sections.map((it) => ({ value: it.name, label: it.label }))),
          { value: health, label: 'Health' },
        ]}
        onChange={(section) =>
          void navigate(section === health ? { to: '/health' } : { to: '/settings/$section', params: { section } })
        }
      />
    )
  return (
    <nav aria-label="Settings" className={styles['navigation']}>
      {groups.map(({ title, sections }) => (
        <div key={title}>
          <h2 className={styles['group']}>{title}</h2>
          <ul>
            {sections.map((it) => (
              <li key={it.name}>
                <Link
                  to="/settings/$section"
                  params={{ section: it.name }}
                  className={styles['item']}
                  activeProps={{ className: `${styles['item']} ${styles['here']}` }}
                >
                  {it.label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <Link to="/health" className={styles['item']}>
        Health
      </Link>
    </nav>
  )
}
