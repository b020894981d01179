import type { Digest } from '../identifier.ts'
import type { FaultList } from './faults.ts'
import { nameChoices, type Choice } from './promptfoo-names.ts'
import type { PromptfooResult } from './promptfoo-result.ts'
import type { ReadingWatch } from './watch.ts'

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

/** Picks the results that match; several providers or prompts among them are a fault that lists what there is to choose. */
export function chooseResults(
  results: readonly PromptfooResult[],
  selection: PromptfooSelection,
  {
    faults,
    digest,
    watch,
  }: { readonly faults: FaultList; readonly digest: Digest; readonly watch?: ReadingWatch | undefined },
): ChosenResults {
  const providers = nameChoices(
    'provider',
    results.map((result) => ({ key: providerKey(result), names: result.providers, place: result.promptIdx })),
    digest,
  )
  const prompts = nameChoices(
    'prompt',
    results.map(({ prompt: { key, label, id, text }, promptIdx }) => {
      const names = [label, id].filter((name) => name !== undefined)
      return { key, names, text, place: promptIdx }
    }),
    digest,
  )
  const twins = twinsOf(results)
  const providerOf = (result: PromptfooResult): Choice | undefined => providers.get(providerKey(result))
  const promptOf = (result: PromptfooResult): Choice | undefined => twins(result, prompts.get(result.prompt.key))
  const chosen = results.filter(
    (result) =>
      (selection.provider === undefined || providerOf(result)?.names.has(selection.provider)) &&
      (selection.prompt === undefined || promptOf(result)?.names.has(selection.prompt)),
  )
  const left = chosen.length > 0 ? chosen : results
  const among = (choice: (result: PromptfooResult) => Choice | undefined): Choice[] => [
    ...new Set(left.flatMap((result) => choice(result) ?? [])),
  ]
  for (const [by, choices] of [
    ['provider', [...providers.values()]] as const,
    ['prompt', [...new Set(results.flatMap((result) => promptOf(result) ?? []))]] as const,
  ])
    watch?.sawChoices(by, choices.map(({ shown }) => shown).toSorted())
  const [providersLeft, promptsLeft] = [among(providerOf), among(promptOf)]
  const [providerNames, promptNames] = [listed(providersLeft), listed(promptsLeft)]
  if (chosen.length === 0 && results.length > 0)
    faults.add(
      'nothing_selected',
      'no result matches',
      {},
      `choose of the providers ${providerNames} and the prompts ${promptNames}`,
    )
  else if (providersLeft.length > 1)
    faults.add(
      'ambiguous_selection',
      'several providers',
      {},
      `choose one with --provider, or compare two of one file with --baseline-provider and --candidate-provider: ${providerNames}`,
    )
  else if (promptsLeft.length > 1)
    faults.add(
      'ambiguous_selection',
      'several prompts',
      {},
      `choose one with --prompt, or compare two of one file with --baseline-prompt and --candidate-prompt: ${promptNames}`,
    )
  const [provider = null] = providersLeft.map(({ shown }) => shown)
  const [prompt = ''] = promptsLeft.map(({ shown }) => shown)
  const isOneOfSeveral = new Set(results.map(promptOf)).size > 1
  return { chosen, selection: provider !== null && isOneOfSeveral ? `${provider}/${prompt}` : provider }
}

function providerKey({ providers: [key = ''] }: PromptfooResult): string {
  return key
}

function groupOf(result: PromptfooResult): string {
  return JSON.stringify([providerKey(result), result.prompt.key])
}

function listed(choices: readonly Choice[]): string {
  return choices
    .map(({ shown, hint }) => (hint === undefined ? shown : `${shown} (${hint})`))
    .toSorted()
    .join(', ')
}

/**
 * Takes a prompt of several columns apart. One provider may answer what goes by one prompt in two of them, such as under two
 * configurations: these are two prompts, not repeats of one. They are numbered by their places.
 */
function twinsOf(
  results: readonly PromptfooResult[],
): (result: PromptfooResult, choice: Choice | undefined) => Choice | undefined {
  const places = new Map<string, Set<number>>()
  for (const result of results)
    if (result.promptIdx !== undefined)
      places.set(groupOf(result), (places.get(groupOf(result)) ?? new Set()).add(result.promptIdx))
  const made = new Map<string, Choice>()
  return (result, choice) => {
    const { promptIdx } = result
    const columns = places.get(groupOf(result))
    if (choice === undefined || promptIdx === undefined || columns === undefined || columns.size < 2) return choice
    const number = [...columns].filter((place) => place <= promptIdx).length
    const shown = `${choice.shown}:${number}`
    const twin = made.get(shown) ?? { shown, names: new Set([shown]), hint: `column ${promptIdx + 1}` }
    made.set(shown, twin)
    return twin
  }
}
