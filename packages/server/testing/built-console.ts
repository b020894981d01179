import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

/** A folder as the console's build leaves it. */
export interface BuiltConsoleFolder {
  readonly url: URL
  /** What its files hold, by their paths. */
  readonly texts: Readonly<Record<string, string>>
  remove(): Promise<void>
}

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Console</title>
<link rel="manifest" href="/site.webmanifest"><link rel="stylesheet" href="/assets/app-1a2b.css">
<script src="/theme.js"></script><script type="module" src="/assets/app-1a2b.js"></script></head><body></body></html>`

const usual = {
  'index.html': page,
  'favicon.ico': 'an icon',
  'theme.js': `document.documentElement.dataset.theme = 'dark'`,
  'site.webmanifest': '{"name":"Console"}',
  'assets/app-1a2b.js': `document.body.textContent = 'shown'; ${'// and more\n'.repeat(200)}`,
  'assets/app-1a2b.css': 'body { color: rgb(1, 2, 3) }',
  'assets/deep/geist.woff2': 'a font',
}

/** Builds one in a folder of its own: with a compressed twin beside each file but the font, and with links that lead out of it. */
export async function buildConsole(more: Readonly<Record<string, string>> = {}): Promise<BuiltConsoleFolder> {
  const root = await mkdtemp(join(tmpdir(), 'afterai-console-'))
  const folder = join(root, 'dist')
  const texts = { ...usual, ...more }
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
    if (!name.endsWith('.woff2')) await writeFile(join(folder, `${name}.br`), brotliCompressSync(text))
  }
  await writeFile(join(root, 'secret.txt'), 'OUTSIDE')
  await symlink(join(root, 'secret.txt'), join(folder, 'assets/linked.txt'))
  await symlink(root, join(folder, 'assets/out'))
  return { url: pathToFileURL(`${folder}/`), texts, remove: () => rm(root, { recursive: true }) }
}
