import { type ReactNode, useState } from 'react'
import { Button } from '../look/button.tsx'
import { TextArea } from '../look/field.tsx'
import { rememberedKeys, rememberKeys } from './pinned-keys.ts'
import styles from './verifier.module.css'

interface KeysFieldProps {
  readonly keys: string
  readonly setKeys: (text: string) => void
  readonly fault: string | undefined
  readonly canRemember: boolean
  readonly serverKeys?: () => Promise<string>
  readonly onServerKeys?: (text: string) => void
}

/** The keys that the reader trusts: pasted, from files, or, which is weaker, the server's own. */
export function KeysField({ keys, setKeys, fault, canRemember, serverKeys, onServerKeys }: KeysFieldProps) {
  return (
    <div className={styles['keys']}>
      <TextArea
        label="Keys that you trust"
        rows={6}
        spellCheck={false}
        autoComplete="off"
        value={keys}
        onChange={(event) => setKeys(event.target.value)}
        error={fault}
        hint="record-key.pem and log.vkey, one below the other. Have them from somebody you trust, not from whoever gave you the file."
      />
      {serverKeys === undefined ? null : (
        <ServerKeys
          // What went wrong with them is over once there are others.
          key={String(keys === '')}
          ask={serverKeys}
          onKeys={(text) => {
            onServerKeys?.(text)
            setKeys(text)
          }}
        />
      )}
      {canRemember && fault === undefined && keys.trim() !== '' ? <Remember keys={keys} /> : null}
    </div>
  )
}

function ServerKeys({ ask, onKeys }: { readonly ask: () => Promise<string>; readonly onKeys: (text: string) => void }) {
  const [isAsking, setAsking] = useState(false)
  const [fault, setFault] = useState<string>()
  async function take(): Promise<void> {
    setAsking(true)
    setFault(undefined)
    try {
      onKeys(await ask())
    } catch (error) {
      setFault(error instanceof Error ? error.message : 'The server gave no keys.')
    }
    setAsking(false)
  }
  return (
    <Row>
      <Button busy={isAsking} onClick={() => void take()}>
        Use this server’s own keys
      </Button>
      <small className="faint">Weaker: it would vouch for itself.</small>
      {fault === undefined ? null : (
        <p className={styles['refusal']} role="alert">
          {fault}
        </p>
      )}
    </Row>
  )
}

function Remember({ keys }: { readonly keys: string }) {
  const [remembered, setRemembered] = useState(rememberedKeys)
  const isRemembered = remembered === keys
  return (
    <Row>
      <label className={styles['remember']}>
        <input
          type="checkbox"
          checked={isRemembered}
          onChange={() => {
            if (rememberKeys(isRemembered ? undefined : keys)) setRemembered(isRemembered ? '' : keys)
          }}
        />
        Remember these keys in this browser
      </label>
    </Row>
  )
}

function Row({ children }: { readonly children: ReactNode }) {
  return <div className={styles['row']}>{children}</div>
}
