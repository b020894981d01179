import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  findChromium,
  findDebianBinaries,
  findRsyslog,
  findUnpackedTools,
  unpackedToolsDir,
} from '../packages/testing/src/system-tools.ts'

// The tests use tools that a customer would use beside AfterAI. What the machine lacks is fetched from its Debian mirror and unpacked
// into .cache/debian: no root, nothing installed, no service started. Where that can't be done, the tests that need a tool fail and say so.

interface Tool {
  readonly name: string
  readonly debianPackage: string
  readonly isPresent: () => boolean
}

const tools: readonly Tool[] = [
  ...['jq', 'xxd', 'openssl', 'slowhttptest', 'wrk'].map((name) => ({
    name,
    debianPackage: name,
    isPresent: () => hasCommand(name),
  })),
  {
    name: 'PostgreSQL 15 or later',
    debianPackage: 'postgresql',
    isPresent: () => findDebianBinaries() !== undefined,
  },
  { name: 'rsyslog', debianPackage: 'rsyslog', isPresent: () => findRsyslog() !== undefined },
  { name: 'Chromium', debianPackage: 'chromium', isPresent: () => findChromium() !== undefined },
]

const missing = tools.filter((tool) => !tool.isPresent())
if (missing.length > 0) {
  const names = missing.map(({ name }) => name).join(', ')
  say(`the tests need ${names}, which this machine lacks`)
  const failure = unpack(missing.map(({ debianPackage }) => debianPackage))
  const still = missing.filter((tool) => !tool.isPresent())
  if (still.length === 0) say(`unpacked ${names} into ${unpackedToolsDir}`)
  else
    say(
      `still missing: ${still.map(({ name }) => name).join(', ')} (${failure ?? 'the packages lack them'}); tests that need them will fail`,
    )
}

// Packages of others that the tests run, apart from the product's own; run times come as programs that their scripts put in place.
installApart('e2e/telemetry-clients', '500 MB', ['--ignore-scripts'])
installApart('packages/sdk/tests/run-times', '360 MB', [])

/** Installs the packages of a folder that is no workspace, unless what lies there is of the present lock file. */
function installApart(name: string, size: string, options: readonly string[]): void {
  const folder = fileURLToPath(new URL(`../${name}`, import.meta.url))
  const changedAt = (file: string): number => statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return
  say(`installing the packages of ${name} (${size})`)
  const failed = run('npm', ['ci', '--no-audit', '--no-fund', ...options], folder)
  if (failed !== undefined) say(`couldn't install them (${failed}); tests that need them will fail`)
}

/** Fetches packages with what they depend on and the machine lacks. Returns why it couldn't. */
function unpack(packages: readonly string[]): string | undefined {
  if (!hasCommand('apt-get') || !hasCommand('dpkg')) return 'there is no apt-get here; install them by hand'
  const root = join(unpackedToolsDir, 'root')
  const archives = join(unpackedToolsDir, 'cache/archives')
  for (const directory of [root, join(archives, 'partial'), join(unpackedToolsDir, 'state/lists/partial')]) {
    mkdirSync(directory, { recursive: true })
  }
  say('reading the list of packages')
  const updated = aptGet(['update'])
  say(`fetching ${packages.join(', ')}`)
  const fetched = aptGet(['install', '--download-only', '--no-install-recommends', ...packages])
  if (fetched !== undefined) return [updated, fetched].filter(Boolean).join('; ')
  for (const name of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    const failed = run('dpkg', ['-x', join(archives, name), root])
    if (failed !== undefined) return failed
  }
  rmSync(archives, { recursive: true })
  writeFileSync(join(unpackedToolsDir, 'tools.json'), JSON.stringify({ root, libraryPath: libraryPath(root) }))
  return undefined
}

/** apt-get with all that it writes kept in the cache directory; it only reads which packages are installed. */
function aptGet(command: readonly string[]): string | undefined {
  const settings = [
    `Dir::State=${join(unpackedToolsDir, 'state')}`,
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${join(unpackedToolsDir, 'cache')}`,
    'Debug::NoLocking=true',
    'APT::Sandbox::User=',
    'APT::Get::Assume-Yes=true',
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    'Acquire::https::Timeout=20',
  ]
  return run('apt-get', ['-q', ...settings.flatMap((setting) => ['-o', setting]), ...command])
}

/** The directories of the unpacked tree in which Debian keeps shared libraries. */
function libraryPath(root: string): string {
  const directories = ['lib', 'usr/lib'].map((name) => join(root, name)).filter((directory) => existsSync(directory))
  const perMachine = directories.flatMap((directory) =>
    readdirSync(directory)
      .filter((name) => name.includes('-linux-gnu'))
      .map((name) => join(directory, name)),
  )
  return [...perMachine, ...perMachine.flatMap(privateLibraries), ...directories].join(':')
}

/** Directories below one of libraries in which a package keeps libraries for itself, such as PulseAudio's. */
function privateLibraries(directory: string): string[] {
  const inside = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const paths = inside.map(({ name }) => join(directory, name))
  return paths.filter((path) => readdirSync(path).some((name) => /^lib.*\.so/.test(name)))
}

/** Runs a command that may ask nothing and must end within five minutes. Returns why it failed. */
function run(command: string, parameters: readonly string[], cwd?: string): string | undefined {
  const { error, status, signal, stderr } = spawnSync(command, parameters, {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 300_000,
  })
  if (status === 0) return undefined
  // npm's last line names a log file; the one before says what was wrong.
  const lines = stderr.trim().split('\n')
  const reason = error?.message ?? lines.findLast((line) => !line.includes('A complete log of this run'))
  return `${command} failed: ${reason === undefined || reason === '' ? (signal ?? `exit code ${status}`) : reason}`
}

function hasCommand(name: string): boolean {
  const root = findUnpackedTools()?.root
  const unpacked = root === undefined ? '' : `:${root}/usr/bin`
  return run('sh', ['-c', `PATH="$PATH${unpacked}"; command -v ${name}`]) === undefined
}

function say(line: string): void {
  process.stdout.write(`prepare-tests: ${line}\n`)
}
