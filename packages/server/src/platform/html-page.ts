import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

/** A style of pages, and the policy under which it alone may be used. */
export interface PageLook {
  readonly style: string
  readonly policy: string
}

/** Nothing runs and nothing is loaded: one style, known by its hash, and forms to ourselves (ASVS 3.4.3). */
export function pageLook(style: string): PageLook {
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return { style, policy: policy.join('; ') }
}

const plain = pageLook(
  'body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1.5rem;color:#1a1a1a;background:#fff}' +
    'h1{font-size:1.4rem}dt{color:#595959}dd{margin:0 0 .6rem;font-weight:600;overflow-wrap:anywhere}' +
    'button{font:inherit;padding:.5rem 1.2rem;margin-right:.6rem}code{font-size:1.2rem}',
)

/** A piece of HTML that `html` made: what went in as text was escaped. */
export interface Html {
  readonly markup: string
}

/** HTML with its values escaped (ASVS 1.2.1); pieces of HTML go in as they are. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html | readonly Html[])[]): Html {
  const texts = values.map((value) =>
    typeof value === 'string'
      ? escape(value)
      : [value]
          .flat()
          .map(({ markup }) => markup)
          .join(''),
  )
  return { markup: parts.reduce((all, part, index) => all + (texts[index - 1] ?? '') + part) }
}

/** Answers with a small page that needs no script. */
export function sendPage(
  reply: FastifyReply,
  { title, body, status = 200, look = plain }: { title: string; body: Html; status?: number; look?: PageLook },
): FastifyReply {
  // One value, since the hash is of every character in it: a formatter that indents templates must not reach inside.
  const styleElement: Html = { markup: `<style>${look.style}</style>` }
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · AfterAI</title>
        ${styleElement}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`
  return reply
    .code(status)
    .header('content-security-policy', look.policy)
    .type('text/html; charset=utf-8')
    .serializer((text: unknown) => String(text))
    .send(page.markup)
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
