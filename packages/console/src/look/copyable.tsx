import { CheckIcon, CopyIcon } from 'lucide-react'
import { useState } from 'react'
import { Button } from './button.tsx'
import styles from './copyable.module.css'

interface CopyableProps {
  readonly text: string
  /** What is shown in its place, such as its two ends. */
  readonly shown?: string
  /** What it is, for the button's name. */
  readonly what?: string
}

function useCopy(text: string) {
  const [copied, setCopied] = useState(false)
  async function copy() {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1_500)
  }
  return { copied, copy }
}

/** A value that one can copy whole: an id, a digest, a command. */
export function Copyable({ text, shown = text, what = 'it' }: CopyableProps) {
  const { copied, copy } = useCopy(text)
  return (
    <span className={styles['copyable']}>
      <code className="mono" title={shown === text ? undefined : text}>
        {shown}
      </code>
      <button type="button" className={styles['copy']} aria-label={`Copy ${what}`} onClick={() => void copy()}>
        {copied ? <CheckIcon aria-hidden /> : <CopyIcon aria-hidden />}
      </button>
      <span className="unseen" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </span>
  )
}

/** A button that copies what is too long for a line, and says that it did. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const { copied, copy } = useCopy(text)
  return (
    <Button onClick={() => void copy()}>
      {copied ? <CheckIcon aria-hidden /> : <CopyIcon aria-hidden />}
      {label}
      <span className="unseen" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </Button>
  )
}

/** The two ends of a digest, enough to tell it from another: `sha256:7c1e52aa…e40b`. */
export function shortDigest(digest: string): string {
  const [kind, value] = digest.includes(':')
    ? [`${digest.slice(0, digest.lastIndexOf(':'))}:`, digest.slice(digest.lastIndexOf(':') + 1)]
    : ['', digest]
  return value.length <= 14 ? digest : `${kind}${value.slice(0, 8)}…${value.slice(-4)}`
}
