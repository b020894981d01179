import styles from './security.module.css'
import { qrPath } from './qr-path.ts'

/** A QR code, drawn; what it says stands beside it as text, so that it has a name and no more. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = qrPath(text)
  return (
    <svg className={styles['qr']} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={path} shapeRendering="crispEdges" />
    </svg>
  )
}
