/** What an assessment says of a metric or of the whole, from better to much worse; `withheld`: it can't be judged. */
export type Band =
  | 'improved'
  | 'non_inferior'
  | 'inconclusive'
  | 'minor_regression'
  | 'regression'
  | 'material_regression'
  | 'withheld'

/** Each band's word. Shape and word carry it; the colour only echoes them. */
export const bandWords: Readonly<Record<Band, string>> = {
  improved: 'Better',
  non_inferior: 'Not worse',
  inconclusive: 'Undecided',
  minor_regression: 'Slightly worse',
  regression: 'Worse',
  material_regression: 'Much worse',
  withheld: 'Not judged',
}
