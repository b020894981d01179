import { place, ticks } from '../../aura/axis.ts'
import { bandWords } from '../../look/bands.ts'
import type { Block, PlotRow, Report } from '../blocks.ts'
import { tickWords } from '../report-html.ts'
import type { PdfPage } from './pdf-file.ts'
import { columnWidth, line, margin, newSheet, type PictureMaker, type Sheet } from './sheet.ts'
import type { Setting } from './text-lines.ts'

const body: Setting = { size: 10, isBold: false }
const small: Setting = { size: 8, isBold: false }
const strong: Setting = { size: 10, isBold: true }
/** Sets a report on pages of A4. */
export function layOut({ title, blocks }: Report, pictures: PictureMaker): PdfPage[] {
  const sheet = newSheet(pictures, title)
  sheet.text(title, { size: 18, isBold: true }, { after: 10 })
  for (const block of blocks) setBlock(sheet, block)
  return sheet.pages()
}

function setBlock(sheet: Sheet, block: Block): void {
  switch (block.kind) {
    case 'heading':
      sheet.room(60)
      sheet.text(block.text, { size: 12, isBold: true }, { before: 12, after: 4 })
      return
    case 'text':
      if (block.tone === 'quote') sheet.text(block.text, body, { indent: 14, after: 6 })
      else if (block.tone === 'lead') sheet.text(block.text, { size: 12, isBold: false }, { after: 8 })
      else if (block.tone === 'small') sheet.text(block.text, small, { before: 14, rule: true })
      else sheet.text(block.text, body, { after: 6 })
      return
    case 'list':
      for (const item of block.items) sheet.text(`•  ${item}`, body, { indent: 8, after: 2 })
      return
    case 'facts':
      for (const [name, value] of block.facts) sheet.row([name, value], [0.24, 0.76], [body, body])
      return
    case 'table': {
      const shares = block.head.map(() => 1 / block.head.length)
      sheet.row(
        block.head,
        shares,
        block.head.map(() => small),
        true,
      )
      for (const row of block.rows)
        sheet.row(
          row,
          shares,
          row.map((_, at) => (at === 0 ? strong : body)),
          true,
        )
      return
    }
    case 'plot':
      setPlot(sheet, block.rows)
  }
}

const plotShares = [0.27, 0.33, 0.25, 0.15] as const

function setPlot(sheet: Sheet, rows: readonly PlotRow[]): void {
  const left = margin + plotShares[0] * columnWidth
  const width = plotShares[1] * columnWidth - 10
  const x = (margins: number): number => left + (place(margins) / 100) * width
  sheet.room(50)
  sheet.row(['Metric', '', 'Difference', 'Verdict'], plotShares, [small, small, small, small], true, (y) =>
    ticks.map((tick) => sheet.label(tickWords(tick), x(tick), y - 12)).join(''),
  )
  for (const { name, isSlice, rule, difference, interval, band, drawn } of rows) {
    const cells = [
      { text: name, under: rule, indent: isSlice ? 12 : 0 },
      '',
      { text: difference, under: interval },
      bandWords[band],
    ]
    sheet.row(cells, plotShares, [isSlice ? body : strong, body, body, body], true, (top, height) => {
      const y = top - height / 2
      const zone = `1 0.9 0.9 rg ${left.toFixed(2)} ${(top - height).toFixed(2)} ${(x(-1) - left).toFixed(2)} ${height.toFixed(2)} re f\n`
      const lines = `0.6 G 0.6 w ${line(x(0), top, x(0), top - height)}0.62 0.08 0.12 RG [2 2] 0 d ${line(x(-1), top, x(-1), top - height)}[] 0 d `
      if (drawn === undefined) return `${zone}${lines}0 G\n`
      const isOpen = band === 'inconclusive' || band === 'withheld'
      const range = `0.1 G 1.4 w ${line(x(drawn.lower), y, x(drawn.upper), y)}`
      const at = `${(x(drawn.delta) - 3).toFixed(2)} ${(y - 3).toFixed(2)} 6 6 re`
      return `${zone}${lines}${range}${isOpen ? '1 g' : '0.1 g'} ${at} B\n0 G 0 g\n`
    })
  }
}
