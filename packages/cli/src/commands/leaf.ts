import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Api } from '../api/api.ts'
import { exitCodeOf, type ExitName } from '../exit-codes.ts'
import { readSettings, type Settings } from '../settings.ts'
import { createOutput, type Output, type OutputOptions } from '../terminal/output.ts'
import { withProgress } from '../terminal/progress.ts'
import type { World } from '../world.ts'

/** Where commands are added, and the process that they will run in. */
export interface Mount {
  readonly world: World
  /** Told the exit code of the command that ran. */
  readonly onExit: (code: number) => void
}

/** The texts by which every command describes itself. */
export interface LeafText {
  readonly description: string
  /** Shorter, for the list of commands. */
  readonly summary?: string
  /** Command lines that work, shown in the help and in the reference. */
  readonly examples: readonly string[]
  /** It is what its parent does without a word of its own. */
  readonly isDefault?: true
}

const examples = new WeakMap<Command, readonly string[]>()
const sharedOptions = new WeakMap<Command, readonly Option[]>()

/** The examples of a command. */
export function examplesOf(command: Command): readonly string[] {
  return examples.get(command) ?? []
}

/** A command that does something. `--json` is the API's own answer, on every command. */
export function leaf(parent: Command, nameAndArguments: string, text: LeafText): Command {
  const command = parent
    .command(nameAndArguments, { isDefault: text.isDefault ?? false })
    .description(text.description)
    .summary(text.summary ?? '')
    .addHelpText('after', ['', 'Examples:', ...text.examples.map((example) => `  $ ${example}`)].join('\n'))
  examples.set(command, text.examples)
  return share(command, 'Output:', new Option('--json', 'print the answer as JSON'))
}

/** The options that a command shares with others; they are added last, so that its own stand first in its help. */
export function sharedOptionsOf(command: Command): readonly Option[] {
  return sharedOptions.get(command) ?? []
}

function share(command: Command, group: string, ...options: readonly Option[]): Command {
  const grouped = options.map((option) => option.helpGroup(group))
  sharedOptions.set(command, [...sharedOptionsOf(command), ...grouped])
  return command
}

/** Adds `--quiet`, for commands whose answer holds one thing that the next command of a script needs. */
export function withQuiet(command: Command, what: string): Command {
  return share(command, 'Output:', new Option('-q, --quiet', `print ${what} alone`).conflicts('json'))
}

/** A command that talks with the server. */
export function serverLeaf(parent: Command, nameAndArguments: string, text: LeafText): Command {
  return share(
    leaf(parent, nameAndArguments, text),
    'Server:',
    new Option('--url <url>', 'address of the server (AFTERAI_URL)'),
    new Option('--profile <name>', 'whose session to use (AFTERAI_PROFILE)'),
    new Option('--insecure-http', 'allow plain http over a network'),
  )
}

/** Adds what every list takes. */
export function withPaging(command: Command): Command {
  return share(
    withQuiet(command, 'the ids'),
    'Paging:',
    new Option('--limit <n>', 'rows of a page').argParser(readPositiveInteger),
    new Option('--cursor <cursor>', 'start after the page that gave this cursor'),
    new Option('--all', 'every page'),
  )
}

/** The process and output that a command works with, once its options are read. */
export interface LocalContext {
  readonly world: World
  readonly out: Output
}

/** The same, for a command that talks with the server. */
export interface ServerContext extends LocalContext {
  readonly settings: Settings
  readonly api: Api
}

/** How a command ends: with 0 unless it names something else, or a number of a child process. */
type Ending = ExitName | number | void

/** The action of a command that needs no server. */
export function locally<A extends unknown[]>(
  { world, onExit }: Mount,
  run: (context: LocalContext, ...args: A) => Promise<Ending>,
): (...args: [...A, Command]) => Promise<void> {
  return async (...args) => {
    const options = optionsOf(args)
    onExit(codeOf(await run({ world, out: createOutput(world, options) }, ...argumentsOf<A>(args))))
  }
}

/** The action of a command that talks with the server. */
export function online<A extends unknown[]>(
  { world, onExit }: Mount,
  run: (context: ServerContext, ...args: A) => Promise<Ending>,
): (...args: [...A, Command]) => Promise<void> {
  return async (...args) => {
    const options = optionsOf(args)
    const settings = readSettings(world.env, options)
    // Here rather than above: what only tells its version or its help needs none of it.
    const { apiAs } = await import('../api/signed-in.ts')
    const context = { world, out: createOutput(world, options), settings, api: apiAs(settings, world) }
    onExit(codeOf(await run(context, ...argumentsOf<A>(args))))
  }
}

/** Shows that a long request goes on. */
export async function during<T>(
  { world }: LocalContext,
  label: string | (() => string),
  work: () => Promise<T>,
): Promise<T> {
  return withProgress(world, label, work)
}

/** Reads an option that is a whole number above 0. */
export function readPositiveInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('Give a whole number above 0.')
  return value
}

/** Reads an option that is a number. */
export function readNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Give a number.')
  return value
}

/** Gathers an option that may be given several times. */
export function gather(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text]
}

function argumentsOf<A extends unknown[]>(args: [...A, Command]): A {
  return args.slice(0, -1) as A
}

/** Commander calls an action with the arguments, the options and the command. */
function optionsOf(args: readonly unknown[]): OutputOptions & Parameters<typeof readSettings>[1] {
  return args.at(-2) as OutputOptions & Parameters<typeof readSettings>[1]
}

function codeOf(ending: Ending): number {
  return typeof ending === 'number' ? ending : exitCodeOf(ending ?? 'ok')
}
