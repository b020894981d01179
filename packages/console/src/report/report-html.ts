import { place, ticks } from '../aura/axis.ts'
import { bandWords } from '../look/bands.ts'
import type { Block, PlotRow, Report } from './blocks.ts'

/** Styles of the file. Its policy names their digest, so that nothing else in it is a style. */
const styles = `
:root{color-scheme:light dark}
body{max-width:46rem;margin:2.5rem auto;padding:0 1.25rem;font:15px/1.6 system-ui,sans-serif;color:#171b21;background:#fff}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.1rem;margin:2rem 0 .5rem}
p,li,dd,td,th{overflow-wrap:anywhere}
.lead{font-size:1.1rem}
.small{font-size:.8rem;color:#61656c;border-top:1px solid #cbced3;padding-top:.75rem;margin-top:2rem}
blockquote{margin:.5rem 0;padding:.25rem 1rem;border-left:3px solid #cbced3;white-space:pre-wrap}
dl{display:grid;grid-template-columns:9rem 1fr;gap:.25rem 1rem;margin:0}
dt{color:#61656c}
dd{margin:0}
table{width:100%;border-collapse:collapse;font-size:.875rem;margin:.5rem 0}
caption{text-align:left;color:#61656c;padding-bottom:.25rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .5rem .35rem 0;border-top:1px solid #e1e3e6;font-weight:400}
tbody th{font-weight:500}
td small,th small{display:block;color:#61656c}
.slice th{padding-left:1rem}
.plot{width:34%}
svg{display:block;width:100%;height:2rem}
.axis{height:1.1rem}
.axis text{font-size:9px;fill:#61656c;text-anchor:middle}
.zone{fill:#ffe4e4}
.zero{stroke:#81868f}
.margin{stroke:#9e1326;stroke-dasharray:3 3}
.range{stroke:#171b21;stroke-width:2}
.point{fill:#171b21}
.open{fill:#fff;stroke:#171b21;stroke-width:2}
@media(prefers-color-scheme:dark){
@media screen{body{color:#edeef1;background:#14161a}.small,dt,caption,td small,th small{color:#91959d}.small,blockquote{border-color:#373b41}th,td{border-color:#25282d}.zone{fill:#481b1c}.margin{stroke:#fa8785}.range{stroke:#edeef1}.point{fill:#edeef1}.open{fill:#14161a;stroke:#edeef1}.axis text{fill:#91959d}}
}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr,blockquote{break-inside:avoid}}
`

/** A report as one file of HTML: it opens from disk, asks no network for anything, and runs nothing. */
export async function reportHtml({ title, blocks }: Report): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(styles))
  const policy = `default-src 'none'; style-src 'sha256-${btoa(String.fromCodePoint(...new Uint8Array(digest)))}'; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>${styles}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${blocks.map(blockHtml).join('\n')}
</main>
</body>
</html>
`
}

/** A text in HTML: nothing of it is markup, in an element or in an attribute. Directions that it turns end with it. */
export function escaped(text: string): string {
  const safe = text
    .replaceAll(/(?![\t\n\r])\p{Cc}/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
  return /[\u202a-\u202e\u2066-\u2069]/.test(safe) ? `<bdi>${safe}</bdi>` : safe
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`
    case 'text':
      if (block.tone === 'quote') return `<blockquote>${escaped(block.text)}</blockquote>`
      return `<p${block.tone === undefined ? '' : ` class="${block.tone}"`}>${escaped(block.text)}</p>`
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`
    case 'facts':
      return `<dl>${block.facts.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`
    case 'table':
      return `<table><caption>${escaped(block.caption)}</caption><thead><tr>${block.head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead><tbody>${block.rows.map(rowHtml).join('')}</tbody></table>`
    default:
      return `<table><caption>${escaped(block.caption)}</caption><thead><tr><th scope="col">Metric</th><th scope="col" class="plot">${axisSvg()}</th><th scope="col">Difference</th><th scope="col">Verdict</th></tr></thead><tbody>${block.rows.map(plotRowHtml).join('')}</tbody></table>`
  }
}

function rowHtml([head = '', ...cells]: readonly string[]): string {
  return `<tr><th scope="row">${escaped(head)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`
}

function plotRowHtml(row: PlotRow): string {
  const { name, isSlice, rule, difference, interval, band } = row
  return `<tr${isSlice ? ' class="slice"' : ''}><th scope="row">${escaped(name)}<small>${escaped(rule)}</small></th><td class="plot">${plotSvg(row)}</td><td>${escaped(difference)}<small>${escaped(interval)}</small></td><td>${escaped(bandWords[band])}</td></tr>`
}

function axisSvg(): string {
  const texts = ticks.map((tick) => `<text x="${at(tick)}" y="12">${tickWords(tick)}</text>`)
  return `<svg class="axis" aria-hidden="true">${texts.join('')}</svg>`
}

/** A mark of the axis in words. */
export function tickWords(tick: number): string {
  return tick === -1 ? 'margin' : tick === 0 ? '0' : `${tick > 0 ? '+' : '−'}${Math.abs(tick)}×`
}

function plotSvg({ drawn, band }: PlotRow): string {
  const lines = `<rect class="zone" width="${at(-1)}" height="100%"/><line class="zero" x1="${at(0)}" x2="${at(0)}" y1="0" y2="100%"/><line class="margin" x1="${at(-1)}" x2="${at(-1)}" y1="0" y2="100%"/>`
  const isOpen = band === 'inconclusive' || band === 'withheld'
  const point =
    drawn === undefined
      ? ''
      : `<line class="range" x1="${at(drawn.lower)}" x2="${at(drawn.upper)}" y1="50%" y2="50%"/><circle class="${isOpen ? 'open' : 'point'}" cx="${at(drawn.delta)}" cy="50%" r="4.5"/>`
  return `<svg aria-hidden="true">${lines}${point}</svg>`
}

function at(margins: number): string {
  return `${place(margins).toFixed(2)}%`
}
