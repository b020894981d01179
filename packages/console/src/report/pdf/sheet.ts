import { pageHeight, pageWidth, type PdfPage, type Picture, textString } from './pdf-file.ts'
import { linesOf, type MeasurePicture, type Piece, type Setting } from './text-lines.ts'
import { codeOf } from './win-ansi.ts'

/** Draws text that no built-in font holds, as the reader's own machine shows it. */
export interface PictureMaker {
  readonly measure: MeasurePicture
  readonly draw: (text: string, setting: Setting) => Picture
}

/** From each side of the page, in points. */
export const margin = 56
const bottom = 64
/** Of what is written on. */
export const columnWidth = pageWidth - 2 * margin
const body: Setting = { size: 10, isBold: false }
const small: Setting = { size: 8, isBold: false }
/** Lines of text are so far apart, in sizes. */
const leading = 1.42

/** A line between two points, as an operator. */
export function line(x1: number, y1: number, x2: number, y2: number): string {
  return `${x1.toFixed(2)} ${y1.toFixed(2)} m ${x2.toFixed(2)} ${y2.toFixed(2)} l S\n`
}

interface Spacing {
  readonly before?: number
  readonly after?: number
  readonly indent?: number
  readonly rule?: boolean
}

/** Draws characters that the fonts hold, from a place on their base line. */
function words(text: string, x: number, baseline: number, { size, isBold }: Setting): string {
  const codes = Array.from(text, (character) => (codeOf(character) ?? 0x3f).toString(16).padStart(2, '0')).join('')
  return `BT /F${isBold ? 2 : 1} ${size} Tf ${x.toFixed(2)} ${baseline.toFixed(2)} Td <${codes}> Tj ET\n`
}

/** A cell of a row: words, or words with smaller ones below them, set in from the left. */
export type Cell = string | { readonly text: string; readonly under: string; readonly indent?: number }

/** Sheets of paper that are written on, one after the other, from above. */
export interface Sheet {
  /** Begins another sheet where this one has less room. */
  readonly room: (height: number) => void
  readonly pages: () => PdfPage[]
  /** Small words about a place, as operators. */
  readonly label: (text: string, x: number, baseline: number) => string
  /** A paragraph. */
  readonly text: (text: string, setting: Setting, spacing?: Spacing) => void
  /** A row of a table, which stays on one page where it fits on one; `beside` draws behind its words. */
  readonly row: (
    cells: readonly Cell[],
    shares: readonly number[],
    settings: readonly Setting[],
    rule?: boolean,
    beside?: (top: number, height: number) => string,
  ) => void
}

/** The first sheet, of a document with this title. */
export function newSheet(pictures: PictureMaker, title: string): Sheet {
  const done: PdfPage[] = []
  let operators = ''
  let placed: { name: string; picture: Picture }[] = []
  let y = pageHeight - margin

  function endPage(): void {
    const number = done.length + 1
    operators += pieces(linesOf(title, columnWidth - 60, small, pictures.measure)[0] ?? [], margin, 36, small)
    operators += pieces([plain(String(number), small)], pageWidth - margin - 12, 36, small)
    done.push({ operators, pictures: placed })
    operators = ''
    placed = []
    y = pageHeight - margin
  }

  function room(height: number): void {
    if (y - height < bottom) endPage()
  }

  /** Draws the pieces of a line from a place on its base line. */
  function pieces(line: readonly Piece[], x: number, baseline: number, setting: Setting): string {
    let at = x
    let drawn = ''
    for (const piece of line) {
      drawn += piece.isPicture ? picture(piece, at, baseline, setting) : words(piece.text, at, baseline, setting)
      at += piece.width
    }
    return drawn
  }

  /** A picture of text says what it shows: it is found, copied and read aloud as its characters. */
  function picture({ text, width }: Piece, x: number, baseline: number, setting: Setting): string {
    const name = `P${placed.length + 1}`
    placed.push({ name, picture: pictures.draw(text, setting) })
    const { size } = setting
    return `/Span << /ActualText ${textString(text)} >> BDC q ${width.toFixed(2)} 0 0 ${(size * 1.4).toFixed(2)} ${x.toFixed(2)} ${(baseline - size * 0.35).toFixed(2)} cm /${name} Do Q EMC\n`
  }

  return {
    room,
    pages(): PdfPage[] {
      endPage()
      return done
    },
    label: (text: string, x: number, baseline: number): string => {
      const piece = plain(text, { size: 6, isBold: false })
      return words(text, x - piece.width / 2, baseline, { size: 6, isBold: false })
    },
    /** A paragraph. */
    text(text: string, setting: Setting, { before = 0, after = 0, indent = 0, rule = false }: Spacing = {}): void {
      y -= before
      if (rule) {
        operators += `0.8 G 0.5 w ${line(margin, y, pageWidth - margin, y)}0 G\n`
        y -= 6
      }
      const height = setting.size * leading
      for (const one of linesOf(text, columnWidth - indent, setting, pictures.measure)) {
        room(height)
        operators += pieces(one, margin + indent, y - setting.size, setting)
        y -= height
      }
      y -= after
    },
    /** A row of a table, which stays on one page where it fits on one. */
    row(
      cells: readonly Cell[],
      shares: readonly number[],
      settings: readonly Setting[],
      rule = false,
      beside?: (top: number, height: number) => string,
    ): void {
      const columns = cells.map((cell, at) => {
        const setting = settings[at] ?? body
        const { text, under = '', indent = 0 } = typeof cell === 'string' ? { text: cell } : cell
        const width = (shares[at] ?? 0) * columnWidth - 8 - indent
        const set = (words: string, by: Setting) =>
          linesOf(words, width, by, pictures.measure).map((one) => ({ one, setting: by }))
        return { indent, lines: [...set(text, setting), ...(under === '' ? [] : set(under, small))] }
      })
      const tallest = Math.max(...columns.map(({ lines }) => lines.length))
      const height = tallest * body.size * leading + 6
      room(Math.min(height, pageHeight - margin - bottom))
      if (rule) operators += `0.88 G 0.5 w ${line(margin, y, pageWidth - margin, y)}0 G\n`
      // Behind the words.
      if (beside !== undefined) operators += beside(y, height)
      let top = y - 3
      for (let at = 0; at < tallest; at += 1) {
        if (top - body.size * leading < bottom) {
          endPage()
          top = y
        }
        let x = margin
        for (const [index, { indent, lines }] of columns.entries()) {
          const set = lines[at]
          if (set !== undefined) operators += pieces(set.one, x + indent, top - body.size, set.setting)
          x += (shares[index] ?? 0) * columnWidth
        }
        top -= body.size * leading
      }
      y = top - 3
    },
  }
}

function plain(text: string, setting: Setting): Piece {
  return linesOf(text, Infinity, setting, () => 0)[0]?.[0] ?? { text: '', isPicture: false, width: 0 }
}
