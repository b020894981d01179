import { parse as parseYaml, YAMLParseError } from 'yaml'
import type { FaultList } from './faults.ts'
import { field, isObject } from './json.ts'
import { addJsonFault, jsonValues, parseStreaming, shallowKeys } from './json-text.ts'
import { isPromptfooMarkedTable, readPromptfooMarkedTable } from './promptfoo-marked-table.ts'
import { readPromptfooResult, type PromptfooFile, type PromptfooResult } from './promptfoo-result.ts'
import { isPromptfooTable, readPromptfooTable } from './promptfoo-table.ts'
import { LIMITS } from './source.ts'

type Take = (result: PromptfooResult) => void

/** So much of a text shows whether it is a table. */
const HEAD_SIZE = 64 * 1024

/** YAML is parsed as a whole, and slowly. */
const YAML_SIZE = 16 * 1024 * 1024
/** js-yaml writes a value that stands in several places once, and refers to it. */
const YAML_ALIASES = 100_000

/** Reads a promptfoo file in any of the shapes that `promptfoo eval --output` writes; undefined where it is none. Source: promptfoo, src/util/output.ts. */
export function readPromptfooFile(text: string, faults: FaultList, take: Take): PromptfooFile | undefined {
  const start = text.trimStart()
  if (start === '') return faults.add('empty', 'the file is empty')
  if (text.length > LIMITS.fileSize) return faults.add('too_large', `larger than ${LIMITS.fileSize} characters`)
  if (start[0] === '{' || start[0] === '[') {
    const { keys } = shallowKeys(text.slice(0, LIMITS.recordSize))
    return keys.has('/promptIdx') || keys.has('/testCase')
      ? readLines(text, faults, take)
      : readDocument(text, faults, take)
  }
  if (isPromptfooTable(text)) return readPromptfooTable(text, faults, take)
  if (isPromptfooMarkedTable(text.slice(0, HEAD_SIZE))) return readPromptfooMarkedTable(text, faults, take)
  return readYaml(text, faults, take)
}

function readDocument(text: string, faults: FaultList, take: Take): PromptfooFile | undefined {
  const taken = taking(faults, take)
  const parsed = parseStreaming(text, ['/results/results'], ({ value, index }) => taken(value, index))
  if (!('value' in parsed)) return addJsonFault(text, parsed, faults)
  return described(parsed.value, faults)
}

/** Some versions wrote the batches of a JSONL file with nothing between them. */
function readLines(text: string, faults: FaultList, take: Take): PromptfooFile {
  for (const found of jsonValues(text)) {
    if ('offset' in found) addJsonFault(text, found, faults, { isSequence: true })
    else if (!isObject(found.value)) faults.add('not_an_object', 'not a JSON object', { line: found.line })
    else take(readPromptfooResult(found.value, { line: found.line }))
  }
  return { config: undefined, dropped: [] }
}

function readYaml(text: string, faults: FaultList, take: Take): PromptfooFile | undefined {
  if (text.length > YAML_SIZE)
    return faults.add(
      'too_large',
      `YAML larger than ${YAML_SIZE} characters`,
      {},
      'write JSON: promptfoo export eval ID --output results.json',
    )
  let root: unknown
  try {
    root = parseYaml(text, { maxAliasCount: YAML_ALIASES, logLevel: 'error' })
  } catch (error) {
    // The parser's message quotes the file.
    if (error instanceof YAMLParseError && error.code === 'DUPLICATE_KEY')
      return faults.add('duplicate_key', 'a key stands twice in one object', { line: error.linePos?.[0].line ?? 1 })
    const [place] = error instanceof YAMLParseError ? (error.linePos ?? []) : []
    const where = place === undefined ? '' : `; as YAML it ends in column ${place.col}`
    return faults.add(
      'malformed',
      `neither JSON, JSONL, YAML nor CSV as promptfoo writes it${where}`,
      place === undefined ? {} : { line: place.line },
    )
  }
  const file = described(root, faults)
  const results = field(field(root, 'results'), 'results')
  if (file && Array.isArray(results)) results.forEach(taking(faults, take))
  return file
}

function taking(faults: FaultList, take: Take): (value: unknown, index: number) => void {
  return (value, index) => {
    const pointer = `/results/results/${index}`
    if (isObject(value)) take(readPromptfooResult(value, { pointer }))
    else faults.add('not_an_object', 'not a JSON object', { pointer })
  }
}

function described(root: unknown, faults: FaultList): PromptfooFile | undefined {
  const summary = field(root, 'results')
  const version = field(summary, 'version')
  if (typeof version !== 'number' || ![1, 2, 3, 4].includes(version))
    return faults.add('unsupported_version', 'not promptfoo results of version 1 to 4', { pointer: '/results/version' })
  if (!Array.isArray(field(summary, 'results')))
    return faults.add('malformed', 'not an array', { pointer: '/results/results' })
  const dropped = [
    ...membersBut(root, ['results', 'evalId']),
    ...membersBut(summary, ['results', 'version', 'timestamp']).map((name) => `results.${name}`),
  ]
  return { config: field(root, 'config'), timestamp: field(summary, 'timestamp'), dropped }
}

function membersBut(value: unknown, read: readonly string[]): string[] {
  return isObject(value) ? Object.keys(value).filter((name) => !read.includes(name)) : []
}
