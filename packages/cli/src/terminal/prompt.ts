import { CommandFailure } from '../command-failure.ts'
import { isInteractive, type World } from '../world.ts'

/** Asks for a line. */
export async function ask(world: World, question: string): Promise<string> {
  return readAnswer(world, question, { isHidden: false })
}

/** Asks yes or no; anything but yes is no. */
export async function confirm(world: World, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(world, `${question} [y/N] `)).trim())
}

/** Asks for a line that doesn't show as it is typed. */
export async function askHidden(world: World, question: string): Promise<string> {
  return readAnswer(world, question, { isHidden: true })
}

/** The lines of standard input, for secrets that are piped in: one a line. @throws {CommandFailure} `usage` if there are fewer than asked for */
export async function secretLines({ stdin }: World, names: readonly string[]): Promise<string[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  const lines = Buffer.concat(chunks).toString('utf8').split(/\r?\n/)
  const missing = names.find((_, index) => (lines[index] ?? '') === '')
  if (missing === undefined) return lines.slice(0, names.length)
  throw new CommandFailure('usage', `There was no ${missing} on standard input.`, {
    remedy: `Pipe in, one a line: ${names.join(', ')}.`,
  })
}

/** How a password is come by. */
export interface PasswordOptions {
  readonly fromStdin: boolean
  /** A new password is typed twice. */
  readonly isNew: boolean
}

/**
 * A password from stdin or from a person, never shown.
 * @throws {CommandFailure} `usage` if neither can be asked, or the two don't agree.
 */
export async function readPassword(world: World, { fromStdin, isNew }: PasswordOptions): Promise<string> {
  if (fromStdin) return (await secretLines(world, ['password']))[0] ?? ''
  if (!isInteractive(world))
    throw new CommandFailure('usage', 'There is no terminal to ask for the password.', {
      remedy: 'Pipe it in, with --password-stdin.',
    })
  const prompt = isNew ? 'New password (15 characters at least): ' : 'Password: '
  const password = await readAnswer(world, prompt, { isHidden: true })
  if (isNew && password !== (await readAnswer(world, 'The same again: ', { isHidden: true })))
    throw new CommandFailure('usage', 'The two passwords differ.')
  return password
}

async function readAnswer(world: World, question: string, { isHidden }: { isHidden: boolean }): Promise<string> {
  world.stderr.write(question)
  // Here rather than above: most commands ask nobody.
  const [{ createInterface }, { Writable }] = await Promise.all([
    import('node:readline/promises'),
    import('node:stream'),
  ])
  const output = isHidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : world.stderr
  // The terminal itself echoes and edits a line, unless it must not show.
  const reader = createInterface({ input: world.stdin, output, terminal: isHidden })
  const ended = new AbortController()
  // Ctrl-C and Ctrl-D leave a question unanswered for ever unless they end it.
  reader.once('SIGINT', () => ended.abort()).once('close', () => ended.abort())
  try {
    return await reader.question('', { signal: ended.signal })
  } catch (cause) {
    throw new CommandFailure('failed', 'Given up.', { cause })
  } finally {
    reader.close()
    if (isHidden) world.stderr.write('\n')
  }
}
