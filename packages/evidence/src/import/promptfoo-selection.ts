import type { FaultList } from './faults.ts'
import { showableName, type PromptfooResult } from './promptfoo-result.ts'

/** Which provider and prompt of a promptfoo file to read, by label, id or the name that a refusal listed. Needed where there are several. */
export interface PromptfooSelection {
  readonly provider?: string | undefined
  readonly prompt?: string | undefined
}

/** The results of one provider and prompt. */
export interface ChosenResults {
  readonly chosen: readonly PromptfooResult[]
  readonly selection: string | null
}

/** A provider or prompt: the name that is shown, and all names that select it. */
interface Choice {
  readonly shown: string
  readonly names: ReadonlySet<string>
}

/** Picks the results that match; several providers or prompts among them are a fault that lists what there is to choose. */
export function chooseResults(
  results: readonly PromptfooResult[],
  selection: PromptfooSelection,
  faults: FaultList,
): ChosenResults {
  const providers = choices(
    'provider',
    results,
    ({ providers: [key = ''] }) => key,
    ({ providers }) => providers,
  )
  const prompts = choices(
    'prompt',
    results,
    ({ prompt }) => prompt.key,
    ({ prompt: { label, id } }) => [label, id].filter((name) => name !== undefined),
  )
  const providerOf = ({ providers: [key = ''] }: PromptfooResult): Choice | undefined => providers.get(key)
  const promptOf = ({ prompt }: PromptfooResult): Choice | undefined => prompts.get(prompt.key)
  const chosen = results.filter(
    (result) =>
      (selection.provider === undefined || providerOf(result)?.names.has(selection.provider)) &&
      (selection.prompt === undefined || promptOf(result)?.names.has(selection.prompt)),
  )
  const left = chosen.length > 0 ? chosen : results
  const shown = (choice: (result: PromptfooResult) => Choice | undefined): string[] =>
    [...new Set(left.map((result) => choice(result)?.shown ?? ''))].toSorted()
  const [providerNames, promptNames] = [shown(providerOf), shown(promptOf)]
  if (chosen.length === 0 && results.length > 0)
    faults.add(
      'nothing_selected',
      'no result matches',
      {},
      `choose of the providers ${providerNames.join(', ')} and the prompts ${promptNames.join(', ')}`,
    )
  else if (providerNames.length > 1)
    faults.add(
      'ambiguous_selection',
      'several providers',
      {},
      `choose one with --provider, or compare two of one file with --baseline-provider and --candidate-provider: ${providerNames.join(', ')}`,
    )
  else if (promptNames.length > 1)
    faults.add(
      'ambiguous_selection',
      'several prompts',
      {},
      `choose one with --prompt, or compare two of one file with --baseline-prompt and --candidate-prompt: ${promptNames.join(', ')}`,
    )
  const [provider = null] = providerNames
  return { chosen, selection: provider !== null && prompts.size > 1 ? `${provider}/${promptNames[0] ?? ''}` : provider }
}

/**
 * Names each provider or prompt. One without a name that can be shown is called by its place among them (`prompt-2`): that
 * is the same in every command and every run of one configuration, and no digest that a guess could be tried on.
 */
function choices(
  noun: string,
  results: readonly PromptfooResult[],
  keyOf: (result: PromptfooResult) => string,
  namesOf: (result: PromptfooResult) => readonly string[],
): ReadonlyMap<string, Choice> {
  const found = new Map<string, { readonly place: number; readonly names: readonly string[] }>()
  for (const result of results) {
    const known = found.get(keyOf(result))
    const place = Math.min(known?.place ?? Infinity, result.promptIdx ?? Infinity)
    found.set(keyOf(result), { place, names: known?.names ?? namesOf(result) })
  }
  // Where nothing tells the place, the order of the file does: sorting is stable.
  const ordered = [...found].toSorted(([, a], [, b]) => (a.place === b.place ? 0 : a.place - b.place))
  const shownTwice = repeated(ordered.map(([, { names }]) => showableOf(names)))
  return new Map(
    ordered.map(([key, { names }], index) => {
      const place = `${noun}-${index + 1}`
      const name = showableOf(names)
      const shown = name === undefined || shownTwice.has(name) ? place : name
      return [key, { shown, names: new Set([...names.filter((it) => !shownTwice.has(it)), place, shown]) }]
    }),
  )
}

function showableOf(names: readonly string[]): string | undefined {
  return names.map(showableName).find((name) => name !== undefined)
}

/** Two prompts may share a label: neither can be chosen by it. */
function repeated(names: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(names.filter((name, index) => name !== undefined && names.indexOf(name) !== index) as string[])
}
