import { DownloadIcon } from 'lucide-react'
import { Button } from '../look/button.tsx'
import { CopyButton } from '../look/copyable.tsx'
import { Dialog } from '../look/dialog.tsx'
import { saveFile } from '../look/save-file.ts'
import styles from './security.module.css'

/** Recovery codes, shown this once: to copy, to keep as a file. Only its button closes it. */
export function RecoveryCodesDialog({
  codes,
  onClose,
}: {
  readonly codes: readonly string[]
  readonly onClose: () => void
}) {
  const text = `${codes.join('\n')}\n`
  return (
    <Dialog
      open
      onClose={() => undefined}
      title="Your recovery codes"
      footer={
        <Button kind="primary" onClick={onClose}>
          I have kept them
        </Button>
      }
    >
      <p className="soft">
        Each lets you in once when you have neither your authenticator nor a passkey. They aren’t shown again, and
        earlier ones no longer work.
      </p>
      <ul className={styles['codes']}>
        {codes.map((code) => (
          <li key={code}>
            <code className="mono">{code}</code>
          </li>
        ))}
      </ul>
      <div className={styles['buttons']}>
        <CopyButton text={text} label="Copy all" />
        <Button onClick={() => saveFile('afterai-recovery-codes.txt', text, 'text/plain')}>
          <DownloadIcon aria-hidden />
          Save as a file
        </Button>
      </div>
    </Dialog>
  )
}
