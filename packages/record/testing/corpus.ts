import { canonicalBytes, encodeBase64 } from '../src/index.ts'
import type { JsonValue } from '../src/index.ts'
import { attacks } from './attacks.ts'
import type { ExampleLog } from './example-record.ts'
import { bundleOfStatement, documentOf, mutate, mutations, placesOf } from './mutations.ts'
import { noteSpellings, spellingsOf, wholeSpellings } from './spellings.ts'
import type { Spelling } from './spellings.ts'

/** Each way to bend a value of a document, one in so many, from the first: the same on every run, so that what is found can be found again. */
export function mutantsOf(root: JsonValue, oneIn: number): (readonly [name: string, mutant: JsonValue])[] {
  const all = placesOf(root).flatMap((place) =>
    mutations.flatMap((mutation) => {
      const mutant = mutate(root, place, mutation)
      return mutant === undefined ? [] : [[`${place.join('/')}: ${mutation.name}`, mutant] as const]
    }),
  )
  return all.filter((_, at) => at % oneIn === 0)
}

/** Thousands of files that are nearly the log's bundle: attacks, values bent in the bundle, its entry and its statement, other spellings. */
export function corpusOf(log: ExampleLog): readonly Spelling[] {
  const document = documentOf(log.bytes)
  const entry = documentOf(log.bundle.entry)
  const statement = documentOf(Buffer.from(log.bundle.dsseEnvelope.payload, 'base64'))
  const bent = (what: string, root: JsonValue, bytesOf: (mutant: JsonValue) => Uint8Array): readonly Spelling[] =>
    mutantsOf(root, 1).map(([name, mutant]) => ({ name: `${what} ${name}`, bytes: bytesOf(mutant) }))
  return [
    { name: 'the bundle itself', bytes: log.bytes },
    ...attacks.map(({ name, commit }) => ({ name, bytes: commit(log).bytes })),
    ...wholeSpellings(log.bytes),
    ...noteSpellings(log.bytes),
    ...spellingsOf(log.bytes, 180, 1),
    ...bent('bundle', document, canonicalBytes),
    ...bent('entry', entry, (it) => canonicalBytes({ ...Object(document), entry: encodeBase64(canonicalBytes(it)) })),
    ...bent('statement', statement, (it) => bundleOfStatement(it, log)),
  ]
}
