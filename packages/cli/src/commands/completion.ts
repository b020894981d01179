import { Argument, type Command } from 'commander'
import { completionScript, shells, type Shell } from '../completion-script.ts'
import { leaf, locally, type Mount } from './leaf.ts'

/** `completion`: the script that a shell completes commands with. */
export function addCompletionCommand(program: Command, mount: Mount): void {
  leaf(program, 'completion', {
    description: 'Print a completion script for your shell.',
    examples: [
      'source <(afterai completion bash)',
      'afterai completion zsh > ~/.zfunc/_afterai',
      'afterai completion fish > ~/.config/fish/completions/afterai.fish',
    ],
  })
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .action(
      locally(mount, async ({ out }, shell: Shell) => {
        const script = completionScript(program, shell)
        out.answer({ json: { shell, script }, value: script }, { lines: (text) => [text.trimEnd()] })
      }),
    )
}
