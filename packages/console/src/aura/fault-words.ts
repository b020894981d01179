import type { Preview } from './evaluations.ts'

/** Where a fault is, in words: "line 3, column correct". */
export function placeWords({
  line,
  column,
  pointer,
}: Pick<Preview['faults'][number], 'line' | 'column' | 'pointer'>): string {
  const places = [
    line === null ? '' : `line ${line.toLocaleString('en')}`,
    column === null ? '' : `column ${column}`,
    pointer ?? '',
  ]
  return places.filter((place) => place !== '').join(', ') || 'the file'
}
