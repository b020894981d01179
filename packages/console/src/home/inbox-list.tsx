import { Link, useNavigate } from '@tanstack/react-router'
import { KeyRoundIcon, ServerIcon } from 'lucide-react'
import { useCallback } from 'react'
import { StageGlyph } from '../ace/stage-glyph.tsx'
import { useLetterKeys } from '../app/shortcuts.ts'
import { Verdict, Warning } from '../look/badge.tsx'
import { Card } from '../look/card.tsx'
import { Ago } from '../look/time.tsx'
import { rulingWords, whyWords } from '../systems/ruling-words.ts'
import { type InboxItem, inboxVerbs } from './inbox.ts'
import styles from './home.module.css'

/** What waits for the reader, the most urgent first; each leads to the place where it is done. */
export function InboxList({ items }: { readonly items: readonly InboxItem[] }) {
  const navigate = useNavigate()
  useLetterKeys(
    useCallback(
      (key) => {
        const item = /^[1-9]$/.test(key) ? items[Number(key) - 1] : undefined
        if (item !== undefined) void navigate(targetOf(item))
      },
      [items, navigate],
    ),
  )
  return (
    <Card title="Waits for you">
      <ol className={styles['list']}>
        {items.map((item, index) => (
          <li
            key={`${item.kind}-${item.changeId ?? item.title}-${item.environment ?? ''}-${index}`}
            className={styles['item']}
          >
            <Glyph item={item} />
            <div className={styles['what']}>
              <Link {...targetOf(item)} className={styles['title']}>
                <b>{inboxVerbs[item.kind]}</b> {item.title}
                {item.row?.emergency === true ? <Warning word="Emergency" /> : null}
              </Link>
              <span className="faint">
                {[item.system, item.environment, whyOf(item)]
                  .filter((part) => part !== null && part !== '')
                  .join(' · ')}
              </span>
            </div>
            <span className={styles['verdict']}>
              {item.row === null ? null : <Verdict verdict={item.row.verdict} />}
            </span>
            <span className={styles['age']}>
              {item.due === null ? (
                <Ago at={item.since} />
              ) : (
                <>
                  due <Ago at={item.due} />
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  )
}

/** Why it waits, where that isn't the work itself; else who opened it. */
function whyOf({ cause, row, note }: InboxItem): string | null {
  if (cause !== null) return `${rulingWords[cause].word}: ${whyWords(cause, note)}`
  return row === null ? note : row.authorName
}

function targetOf(item: InboxItem) {
  if (item.changeId !== null) return { to: '/changes/$id', params: { id: item.changeId } } as const
  if (item.system !== null) return { to: '/systems/$name', params: { name: item.system } } as const
  return { to: '/settings/$section', params: { section: 'keys' } } as const
}

function Glyph({ item }: { readonly item: InboxItem }) {
  if (item.row !== null) return <StageGlyph row={item.row} />
  return item.kind === 'key' ? <KeyRoundIcon aria-hidden /> : <ServerIcon aria-hidden />
}
