import { verificationLimits, verifyBundle } from '@afterai/record'
import { useMemo, useState } from 'react'
import { BundleDrop } from './bundle-drop.tsx'
import { KeysField } from './keys-field.tsx'
import { looksLikeKeys, readKeys, rememberedKeys } from './pinned-keys.ts'
import { RecordFacts } from './record-facts.tsx'
import styles from './verifier.module.css'
import { VerifySteps } from './verify-steps.tsx'
import { verdictWords } from './verify-words.ts'

/** What the place where the verifier runs offers it. */
export interface VerifierProps {
  /** Asks the server for its own keys, as text; absent where there is no server. */
  readonly serverKeys?: () => Promise<string>
  /** Whether this place has a memory of its own: files that are opened from disk share theirs with each other. */
  readonly canRemember: boolean
}

interface OpenedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Verifies a record's file under keys that the reader pins. All of it happens here: neither file nor keys are sent anywhere. */
export function Verifier({ serverKeys, canRemember }: VerifierProps) {
  const [file, setFile] = useState<OpenedFile>()
  const [refusal, setRefusal] = useState<string>()
  const [keys, setKeys] = useState(() => (canRemember ? rememberedKeys() : ''))
  const [ofServer, setOfServer] = useState<string>()
  const read = useMemo(() => (keys.trim() === '' ? undefined : readKeys(keys)), [keys])
  const report = useMemo(
    () => (file === undefined || read?.trust === undefined ? undefined : verifyBundle(file.bytes, read.trust)),
    [file, read],
  )

  async function open(files: readonly File[]): Promise<void> {
    setRefusal(undefined)
    for (const one of files) {
      if (one.size > verificationLimits.bundleBytes) {
        setFile(undefined)
        setRefusal(`${one.name} is over 64 MiB: no bundle is, so it was not read.`)
        continue
      }
      const bytes = new Uint8Array(await one.arrayBuffer())
      if (looksLikeKeys(bytes))
        setKeys((before) => `${before.trimEnd()}\n${new TextDecoder().decode(bytes)}`.trimStart())
      else setFile({ name: one.name, bytes })
    }
  }

  return (
    <div className={styles['verifier']}>
      <div className={styles['inputs']}>
        <BundleDrop name={file?.name} onFiles={(files) => void open(files)} />
        {refusal === undefined ? null : (
          <p className={styles['refusal']} role="alert">
            {refusal}
          </p>
        )}
        <KeysField
          keys={keys}
          setKeys={setKeys}
          fault={read?.fault}
          canRemember={canRemember}
          {...(serverKeys === undefined ? {} : { serverKeys, onServerKeys: setOfServer })}
        />
      </div>
      <output className="unseen">{report === undefined ? '' : verdictWords[report.verdict]}</output>
      <section aria-label="What came of it" className={styles['outcome']}>
        {report === undefined ? (
          <p className="soft">{waitingFor(file !== undefined, read?.trust !== undefined)}</p>
        ) : (
          <>
            <VerifySteps report={report} keys={keys === ofServer ? 'server' : 'reader'} />
            <RecordFacts report={report} />
          </>
        )}
      </section>
    </div>
  )
}

function waitingFor(hasFile: boolean, hasKeys: boolean): string {
  if (!hasFile) return 'The steps appear here once there is a file and keys to verify it with.'
  return hasKeys ? '' : 'The file is here. It is verified once you give the keys that you trust.'
}
