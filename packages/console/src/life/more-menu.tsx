import { MoreHorizontalIcon } from 'lucide-react'
import { Suspense, useState } from 'react'
import { useMay } from '../app/me.ts'
import { lazily } from '../look/lazily.ts'
import { Menu } from '../look/menu.tsx'
import type { Dossier } from './dossier.ts'
import { type MoreAction, moreActions, moreWords } from './more-actions.ts'

const ProposeDialog = lazily(async () => (await import('../pacr/propose-dialog.tsx')).ProposeDialog)
const PlanDialog = lazily(async () => (await import('./plan-dialog.tsx')).PlanDialog)
const MoreDialog = lazily(async () => (await import('./more-dialogs.tsx')).MoreDialog)

/** What else can be done to a change, behind one button; nothing where there is nothing. */
export function MoreMenu({ dossier }: { readonly dossier: Dossier }) {
  const may = useMay()
  const [action, setAction] = useState<MoreAction>()
  const actions = moreActions(dossier, may)
  const close = () => setAction(undefined)
  return (
    <>
      {actions.length === 0 ? null : (
        <Menu
          label="More"
          icon={<MoreHorizontalIcon aria-hidden />}
          items={actions.map((key) => ({ key, label: moreWords[key] }))}
          onPick={(key) => setAction(key as MoreAction)}
        />
      )}
      <Suspense>
        {action === undefined ? null : action === 'decide_again' ? (
          <ProposeDialog dossier={dossier} onClose={close} />
        ) : action === 'plan' ? (
          <PlanDialog dossier={dossier} onClose={close} />
        ) : (
          <MoreDialog action={action} dossier={dossier} onClose={close} />
        )}
      </Suspense>
    </>
  )
}
