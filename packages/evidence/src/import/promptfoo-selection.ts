import type { IdentifierGate } from '../identifier.ts'
import { readName } from './cell.ts'
import type { FaultList } from './faults.ts'
import { field, isObject } from './json.ts'

/** Which provider and prompt of a promptfoo file to read, by label or id. Needed where there are several. */
export interface PromptfooSelection {
  readonly provider?: string | undefined
  readonly prompt?: string | undefined
}

/** The results of one provider and prompt. */
export interface ChosenResults {
  readonly chosen: readonly { readonly result: unknown; readonly index: number }[]
  readonly selection: string | null
}

/** Picks the results that match; several providers or prompts among them are a fault that lists what there is to choose. */
export function chooseResults(
  results: readonly unknown[],
  selection: PromptfooSelection,
  gate: IdentifierGate,
  faults: FaultList,
): ChosenResults {
  const described = results.map((result, index) => ({ result, index, ...describe(result, gate) }))
  described.forEach(({ result, index }) => {
    if (!isObject(result)) faults.add('not_an_object', 'not a JSON object', { pointer: `/results/results/${index}` })
  })
  const chosen = described.filter(
    ({ providers, prompts }) =>
      (selection.provider === undefined || providers.includes(selection.provider)) &&
      (selection.prompt === undefined || prompts.includes(selection.prompt)),
  )
  const providers = distinct((chosen.length > 0 ? chosen : described).map(({ provider }) => provider))
  const prompts = distinct((chosen.length > 0 ? chosen : described).map(({ prompt }) => prompt))
  if (chosen.length === 0 && results.length > 0)
    faults.add(
      'nothing_selected',
      `no result matches; providers: ${providers.join(', ')}; prompts: ${prompts.join(', ')}`,
    )
  else if (providers.length > 1) faults.add('ambiguous_selection', `choose a provider: ${providers.join(', ')}`)
  else if (prompts.length > 1) faults.add('ambiguous_selection', `choose a prompt: ${prompts.join(', ')}`)
  return { chosen, selection: providers[0] ?? null }
}

interface Described {
  provider: string
  prompt: string
  /** Everything that selects the result. */
  providers: readonly string[]
  prompts: readonly string[]
}

function describe(result: unknown, gate: IdentifierGate): Described {
  const provider = field(result, 'provider')
  const prompt = field(result, 'prompt')
  const providers = names([field(provider, 'label'), field(provider, 'id')], gate)
  // An unlabelled prompt is labelled with its own text, after its file's name if it has one: content however short it is.
  const label = readName(field(prompt, 'label'))
  const text = readName(field(prompt, 'raw'))
  const holdsText = label !== undefined && text !== undefined && label.includes(text)
  const prompts = names([holdsText ? gate.hide(label) : label, field(result, 'promptId')], gate)
  return { provider: providers[0] ?? 'unnamed', prompt: prompts[0] ?? 'unnamed', providers, prompts }
}

function names(values: readonly unknown[], gate: IdentifierGate): string[] {
  return values
    .map(readName)
    .filter((name) => name !== undefined)
    .map((name) => gate.label(name))
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)]
}
