import type { Command, Option } from 'commander'

/** Shells that can be completed in. */
export const shells = ['bash', 'zsh', 'fish'] as const

/** One of `shells`. */
export type Shell = (typeof shells)[number]

/** The completions of one command: its own commands, its options, and the values that its options may have. */
interface Node {
  /** `record export`; empty for the program itself. */
  readonly path: string
  readonly words: readonly { readonly word: string; readonly about: string }[]
  readonly choices: readonly { readonly flag: string; readonly values: readonly string[] }[]
}

/** A script that completes the commands, options and fixed values of `program`. */
export function completionScript(program: Command, shell: Shell): string {
  const nodes = nodesOf(program, [])
  if (shell === 'fish') return fishScript(program.name(), nodes)
  return shell === 'bash' ? bashScript(program.name(), nodes) : zshScript(program.name(), nodes)
}

function nodesOf(command: Command, path: readonly string[]): Node[] {
  const options = command.options.filter(({ hidden }) => !hidden)
  const words = [
    ...command.commands.map((it) => ({ word: it.name(), about: it.description() })),
    ...options.map((it) => ({ word: flagOf(it), about: it.description })),
    { word: '--help', about: 'show help' },
  ]
  const choices = options.flatMap((it) => (it.argChoices ? [{ flag: flagOf(it), values: it.argChoices }] : []))
  const below = command.commands.flatMap((it) => nodesOf(it, [...path, it.name()]))
  return [{ path: path.join(' '), words, choices }, ...below]
}

function flagOf(option: Option): string {
  return option.long ?? option.short ?? ''
}

/** Shell statements that, from the words before the cursor, set `command` to the path of the command that was typed. */
function pathLoop(nodes: readonly Node[], wordsBefore: string): string[] {
  const paths = nodes.map(({ path }) => path).filter((path) => path !== '')
  return [
    `  for word in ${wordsBefore}; do`,
    '    case "${command:+$command }$word" in',
    `      ${paths.map((path) => `'${path}'`).join('|')}) command="\${command:+$command }$word" ;;`,
    '    esac',
    '  done',
  ]
}

function caseTable(nodes: readonly Node[]): string[] {
  return [
    '  case "$command|$previous" in',
    ...nodes.flatMap(({ path, choices }) =>
      choices.map(({ flag, values }) => `    '${path}|${flag}') candidates='${values.join(' ')}' ;;`),
    ),
    ...nodes.map(({ path, words }) => `    '${path}|'*) candidates='${words.map(({ word }) => word).join(' ')}' ;;`),
    '  esac',
  ]
}

function bashScript(name: string, nodes: readonly Node[]): string {
  return [
    `_${name}() {`,
    "  local word command='' candidates='' previous=${COMP_WORDS[COMP_CWORD-1]}",
    ...pathLoop(nodes, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"'),
    ...caseTable(nodes),
    '  COMPREPLY=($(compgen -W "$candidates" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    `complete -o default -F _${name} ${name}`,
    '',
  ].join('\n')
}

function zshScript(name: string, nodes: readonly Node[]): string {
  return [
    `#compdef ${name}`,
    `_${name}() {`,
    "  local word command='' candidates='' previous=${words[CURRENT-1]}",
    ...pathLoop(nodes, '"${(@)words[2,CURRENT-1]}"'),
    ...caseTable(nodes),
    '  compadd -- ${=candidates} || _files',
    '}',
    `if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi`,
    '',
  ].join('\n')
}

function fishScript(name: string, nodes: readonly Node[]): string {
  const lines = nodes.flatMap(({ path, words, choices }) =>
    words.map(({ word, about }) => {
      const shown = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`
      const values = choices.find(({ flag }) => flag === word)?.values
      const argument = values ? ` -x -a '${values.join(' ')}'` : ''
      return `complete -c ${name} -n '__${name}_at "${path}"' ${shown}${argument} -d '${fishText(about)}'`
    }),
  )
  const paths = nodes.map(({ path }) => path).filter((path) => path !== '')
  return [
    `function __${name}_at --description 'whether the command typed so far is this one'`,
    `  set -l paths ${paths.map((path) => `'${path}'`).join(' ')}`,
    "  set -l command ''",
    '  for word in (commandline -opc)[2..-1]',
    '    set -l longer (string trim "$command $word")',
    '    contains -- $longer $paths; and set command $longer',
    '  end',
    '  test "$command" = "$argv[1]"',
    'end',
    ...lines,
    '',
  ].join('\n')
}

function fishText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
}
