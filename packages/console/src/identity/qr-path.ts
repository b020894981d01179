import { encodeQR } from 'qr'

/** A QR code as an SVG path of unit squares, row by row. */
export interface QrPath {
  /** Squares to a side, the quiet zone of four on each edge included (ISO/IEC 18004 §5.3.8). */
  readonly size: number
  readonly path: string
}

/** Draws a text as a QR code: the dark squares of a row that touch are one piece of the path. */
export function qrPath(text: string): QrPath {
  const rows = encodeQR(text, 'raw', { border: 4 })
  const pieces = rows.flatMap((row, y) =>
    row.flatMap((isDark, x) => {
      if (!isDark || row[x - 1] === true) return []
      const end = row.indexOf(false, x)
      return [`M${x} ${y}h${(end === -1 ? row.length : end) - x}v1H${x}z`]
    }),
  )
  return { size: rows.length, path: pieces.join('') }
}
