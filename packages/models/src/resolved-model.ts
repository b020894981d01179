/**
 * How fixed it is what a name stands for. `snapshot`: one release; `floating`: whatever the vendor puts there; `fine_tune`: somebody's
 * own training; `deployment`: a name that somebody gave; `opaque`: an identifier that says nothing of the model.
 */
export type ModelKind = 'snapshot' | 'floating' | 'fine_tune' | 'deployment' | 'opaque'

/** The meaning of a model's name, part by part; null where it says nothing. */
export interface ResolvedModel {
  /** The rest of the name once its `Place` is read: in lower case, but for identifiers, whose case may matter. */
  readonly name: string
  /** Where it runs, such as `openai`, `azure`, `bedrock`, `self_hosted`; `unknown` where nothing says so. */
  readonly platform: string
  readonly vendor: string | null
  /** As its vendor names it, with its date. Of a fine-tune, the model that it was made from. */
  readonly model: string | null
  /** A platform's mark that distinguishes releases or builds of the model, such as Bedrock's `v2:0` or Ollama's tag. */
  readonly version: string | null
  readonly kind: ModelKind
  readonly region: string | null
}

/** The platform, vendor and region of a name, as far as they are known before the rest of it is read. */
export interface Place {
  /** Undefined where nobody says. */
  readonly platform: string | undefined
  readonly vendor: string | null
  readonly region: string | null
}

/** Makes the result for a name that names no model. */
export function unnamed(name: string, place: Place, kind: ModelKind): ResolvedModel {
  return {
    name,
    platform: place.platform ?? 'unknown',
    vendor: kind === 'fine_tune' ? place.vendor : null,
    model: null,
    version: null,
    kind,
    region: place.region,
  }
}
