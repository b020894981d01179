export { isNoName, saysNoModel } from './no-name.ts'
export { canonicalName, longestModelName, resolve } from './resolve.ts'
export type { ModelKind, ResolvedModel } from './resolved-model.ts'
export { agree, type AskedFor, isSame, type Saying, sayingOf, tellsMore } from './sayings.ts'
