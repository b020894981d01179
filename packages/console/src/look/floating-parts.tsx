import { CSPProvider } from '@base-ui/react/csp-provider'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import { Menu as BaseMenu } from '@base-ui/react/menu'
import { Toast } from '@base-ui/react/toast'
import { XIcon } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { DialogProps } from './dialog.tsx'
import dialogStyles from './dialog.module.css'
import { DiscardQuestion } from './discard-question.tsx'
import type { EarlyUse, MenuProps } from './menu.tsx'
import menuStyles from './menu.module.css'
import toastStyles from './toast.module.css'
import { useTypedForm } from './typed.ts'

/** The one place that messages go through. */
export const toasts = Toast.createToastManager()

/** A dialog over the page. Its first field has the focus; Escape closes it, and asks first where something was typed. */
export function FloatingDialog({ open, onClose, title, footer, children }: DialogProps) {
  const form = useTypedForm()
  const [isAsking, setAsking] = useState(false)
  const popup = useRef<HTMLDivElement>(null)
  const close = () => (form.isTyped() ? setAsking(!isAsking) : onClose())
  const discard = () => {
    setAsking(false)
    onClose()
  }
  return (
    <CSPProvider disableStyleElements>
      <BaseDialog.Root
        open={open}
        // A press beside a form is a slip, and what was typed would go with it.
        disablePointerDismissal
        onOpenChange={(isOpen) => (isOpen ? undefined : close())}
      >
        <BaseDialog.Portal>
          <BaseDialog.Backdrop className={dialogStyles['scrim']} forceRender />
          <BaseDialog.Popup
            ref={popup}
            className={dialogStyles['dialog']}
            initialFocus={() => firstIn(popup.current)}
            {...form.watch}
          >
            <div className={dialogStyles['body']}>
              <BaseDialog.Title className={dialogStyles['title']}>{title}</BaseDialog.Title>
              {children}
            </div>
            {isAsking ? <DiscardQuestion onKeep={() => setAsking(false)} onDiscard={discard} /> : null}
            {footer === null ? null : (
              <div className={dialogStyles['footer']} hidden={isAsking}>
                {footer}
              </div>
            )}
          </BaseDialog.Popup>
        </BaseDialog.Portal>
      </BaseDialog.Root>
    </CSPProvider>
  )
}

/** What has the focus first: the first field, or where there is none the button that goes back. Never something beside them, such as a digest to copy. */
function firstIn(popup: HTMLElement | null): HTMLElement | true {
  const field = popup?.querySelector<HTMLElement>('input:not([type="hidden"]), textarea, select')
  return field ?? popup?.querySelector<HTMLElement>(`.${dialogStyles['footer']} button`) ?? true
}

/** A menu below its button. */
export function FloatingMenu({
  label,
  icon,
  isSet,
  items,
  onPick,
  wasPressed,
  hasFocus,
  className,
}: MenuProps & EarlyUse & { readonly className: string }) {
  const trigger = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (hasFocus.current && !wasPressed) trigger.current?.focus()
  }, [hasFocus, wasPressed])
  return (
    <CSPProvider disableStyleElements>
      <BaseMenu.Root defaultOpen={wasPressed}>
        <BaseMenu.Trigger ref={trigger} className={className} data-set={isSet || undefined}>
          {icon}
          {label}
        </BaseMenu.Trigger>
        <BaseMenu.Portal>
          <BaseMenu.Positioner className={menuStyles['place']} sideOffset={5} align="start">
            <BaseMenu.Popup className={menuStyles['menu']}>
              {items.map((item) => (
                <BaseMenu.Item key={item.key} className={menuStyles['item']} onClick={() => onPick(item.key)}>
                  {item.label}
                </BaseMenu.Item>
              ))}
            </BaseMenu.Popup>
          </BaseMenu.Positioner>
        </BaseMenu.Portal>
      </BaseMenu.Root>
    </CSPProvider>
  )
}

/** Where messages appear: at the foot of the page, told to screen readers, gone after some seconds. */
export function FloatingToasts() {
  return (
    <Toast.Provider toastManager={toasts} timeout={6_000}>
      <Toast.Portal>
        <Toast.Viewport className={toastStyles['place']}>
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}

function Toasts() {
  return Toast.useToastManager().toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={toastStyles['toast']}>
      <Toast.Content className={toastStyles['content']}>
        <Toast.Title render={<b />} />
        <Toast.Description render={<span />} />
      </Toast.Content>
      <Toast.Close className={toastStyles['close']} aria-label="Close the message">
        <XIcon aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ))
}
