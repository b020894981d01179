import type { Dossier } from './dossier.ts'

/** What a change is in the words of regulators, as a sentence goes on after "It is". */
export const determinationWords: Readonly<Record<Dossier['determinations']['determination'], string>> = {
  substantial: 'a substantial modification',
  pre_determined: 'one that was determined beforehand',
  neither: 'neither substantial nor determined beforehand',
  not_asked: 'not said yet',
}
