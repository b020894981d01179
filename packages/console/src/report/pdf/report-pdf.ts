import type { Report } from '../blocks.ts'
import { layOut } from './layout.ts'
import type { PictureMaker } from './sheet.ts'
import { pdfFile, type Picture } from './pdf-file.ts'
import type { Setting } from './text-lines.ts'

/** Pictures are so many times finer than the points that they fill: for print. */
const scale = 4

/** A report as PDF, made on this machine. */
export function reportPdf(report: Report): Uint8Array<ArrayBuffer> {
  return pdfFile(layOut(report, browserPictures()), report.title)
}

/** Draws text with the fonts of the reader's machine, which knows every script that they read. */
function browserPictures(): PictureMaker {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) throw new Error('this browser draws nothing')
  const known = new Map<string, Picture>()
  const measure: PictureMaker['measure'] = (text, setting) => {
    context.font = fontOf(setting, 1)
    return Math.max(1, context.measureText(text).width)
  }
  return {
    measure,
    draw(text, setting) {
      const key = `${setting.size} ${setting.isBold} ${text}`
      const before = known.get(key)
      if (before !== undefined) return before
      canvas.width = Math.ceil(measure(text, setting) * scale)
      canvas.height = Math.ceil(setting.size * 1.4 * scale)
      context.fillStyle = '#fff'
      context.fillRect(0, 0, canvas.width, canvas.height)
      context.fillStyle = '#000'
      context.font = fontOf(setting, scale)
      context.textBaseline = 'alphabetic'
      context.fillText(text, 0, setting.size * 1.05 * scale)
      const jpeg = bytesOf(canvas.toDataURL('image/jpeg', 0.92))
      const picture = { jpeg, widthPx: canvas.width, heightPx: canvas.height }
      known.set(key, picture)
      return picture
    },
  }
}

function fontOf({ size, isBold }: Setting, factor: number): string {
  return `${isBold ? '600 ' : ''}${size * factor}px system-ui, sans-serif`
}

function bytesOf(dataUrl: string): Uint8Array {
  return Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(',') + 1)), (character) => character.charCodeAt(0))
}
