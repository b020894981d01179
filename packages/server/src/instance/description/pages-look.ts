import { html, type Html, pageLook, type PageLook } from '../../platform/html-page.ts'

/** How the pages of the description look, by day and by night, on a desk and on a telephone. */
export const docsLook: PageLook = pageLook(
  ':root{color-scheme:light dark;--ink:#1a1d21;--soft:#5a626b;--line:#d9dee3;--page:#fff;--tint:#f4f6f8;--link:#0b5cad;--read:#0b5cad;--write:#1b6e3c;--change:#8a5300;--end:#a4262c}' +
    '@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#a0a9b2;--line:#343b42;--page:#14171a;--tint:#1d2226;--link:#7db8f5;--read:#7db8f5;--write:#74cf94;--change:#e9b45e;--end:#f28b8b}}' +
    '*{box-sizing:border-box}body{font:16px/1.55 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--page)}' +
    'main{max-width:64rem;margin:0 auto;padding:2rem 1.5rem 5rem}p{max-width:46rem}a{color:var(--link)}' +
    'h1{font-size:1.7rem;line-height:1.25;margin:.2rem 0 .8rem}h2{font-size:1.15rem;margin:2.4rem 0 .5rem}h3{font-size:1rem;margin:1.4rem 0 .4rem}' +
    'code,pre,.path{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.875em}code{overflow-wrap:anywhere}' +
    'pre{background:var(--tint);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;margin:.4rem 0 1rem;overflow-x:auto;max-height:30rem;line-height:1.45}pre code{font-size:1em;overflow-wrap:normal}' +
    '.soft{color:var(--soft)}.path{overflow-wrap:anywhere}' +
    '.groups{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:0;list-style:none}' +
    '.operations{list-style:none;margin:.6rem 0;padding:0;border-top:1px solid var(--line)}.operations a{display:grid;grid-template-columns:4.5rem minmax(0,1fr) minmax(0,1.1fr);gap:.2rem .8rem;padding:.5rem .3rem;border-bottom:1px solid var(--line);color:inherit;text-decoration:none}' +
    '.operations a:hover,.operations a:focus-visible{background:var(--tint)}' +
    '.verb{font-weight:700;font-size:.8rem;letter-spacing:.03em}.get{color:var(--read)}.post{color:var(--write)}.put{color:var(--change)}.delete{color:var(--end)}' +
    '.address{display:flex;max-width:none;gap:.7rem;align-items:baseline;background:var(--tint);border:1px solid var(--line);border-radius:6px;padding:.6rem .9rem}' +
    '.fields{list-style:none;margin:.3rem 0 .8rem;padding:0}.fields .fields{margin:.2rem 0 .2rem .2rem;padding-left:.9rem;border-left:2px solid var(--line)}' +
    '.fields>li{padding:.25rem 0}.fields p{margin:.1rem 0}.must{color:var(--end);font-size:.8rem;font-weight:600}' +
    'summary{cursor:pointer}details>summary{color:var(--link)}' +
    'table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.45rem .8rem .45rem 0;border-bottom:1px solid var(--line)}th{font-weight:600;font-size:.85rem;color:var(--soft)}td:nth-child(2) code{white-space:nowrap}' +
    '@media(max-width:40rem){main{padding:1.2rem 1rem 3rem}.operations a{grid-template-columns:4.5rem minmax(0,1fr)}.operations a span:last-child{grid-column:2}' +
    'thead{display:none}tr{display:block;padding:.4rem 0;border-bottom:1px solid var(--line)}td{display:block;border:0;padding:.05rem 0}td:nth-child(-n+2){display:inline;padding-right:.5rem}}',
)

/** A text with its paragraphs, and what stands between backticks as code. */
export function prose(text: string): readonly Html[] {
  return text.split('\n\n').map((paragraph) => html`<p>${line(paragraph)}</p>`)
}

/** One line of such a text. */
export function line(text: string): readonly Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

/** The mark of a method. */
export function verb(method: string): Html {
  return html`<span class="verb ${method.toLowerCase()}">${method.toUpperCase()}</span>`
}

/** Sets a text in lines of its own, as it is. */
export function block(text: string): Html {
  return html`<pre><code>${text}</code></pre>`
}
