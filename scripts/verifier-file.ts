import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'

const root = fileURLToPath(new URL('../packages/console', import.meta.url))

/**
 * The verifier as one HTML file: script and style stand in it, and its policy lets in these two by their digests and nothing else, from
 * nowhere. It is opened from disk, by who has no server at hand or trusts none.
 */
export async function verifierFile(): Promise<string> {
  const built = await build({
    root,
    logLevel: 'warn',
    publicDir: false,
    build: {
      write: false,
      // Of a page in one file, that it is small counts more than which line a fault is on.
      sourcemap: false,
      cssCodeSplit: false,
      manifest: false,
      rolldownOptions: { input: 'src/verifier.tsx', output: { codeSplitting: false } },
    },
  })
  const output = (built as Rolldown.RolldownOutput).output
  const script = output.find((file) => file.type === 'chunk')?.code
  const style = output.find((file) => file.type === 'asset' && file.fileName.endsWith('.css'))
  if (script === undefined || style?.type !== 'asset' || output.length !== 2)
    throw new Error(
      `the verifier became ${output.map(({ fileName }) => fileName).join(', ')}: it is one script and one style`,
    )
  return pageOf(inElement(script.trim(), 'script'), inElement(String(style.source).trim(), 'style'))
}

function pageOf(script: string, style: string): string {
  const policy = [
    "default-src 'none'",
    `script-src '${digestOf(script)}'`,
    `style-src '${digestOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Verify a record - AfterAI</title>
<style>${style}</style>
</head>
<body>
<div id="root"></div>
<noscript>Verifying needs JavaScript. The command line does without: afterai record verify.</noscript>
<script type="module">${script}</script>
</body>
</html>
`
}

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** The text as it may stand in an element of raw text, which it must not end, nor begin a comment in. */
function inElement(text: string, element: 'script' | 'style'): string {
  if (new RegExp(`</${element}|<!--`, 'i').test(text))
    throw new Error(`the ${element} holds what would end its element`)
  return text
}
