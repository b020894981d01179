// The two built-in fonts that reports are set in: widths in thousandths of the size. Source: Adobe's font metrics (Core 14 AFM), ASCII 32 to 126.
const regular = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
]
const bold = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
  556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
  280, 389, 584,
]

/** Characters beyond Latin-1 that the fonts hold, by their codes (WinAnsiEncoding). */
const special: ReadonlyMap<string, number> = new Map([
  ['€', 0x80],
  ['‚', 0x82],
  ['ƒ', 0x83],
  ['„', 0x84],
  ['…', 0x85],
  ['†', 0x86],
  ['‡', 0x87],
  ['‰', 0x89],
  ['Š', 0x8a],
  ['‹', 0x8b],
  ['Œ', 0x8c],
  ['Ž', 0x8e],
  ['‘', 0x91],
  ['’', 0x92],
  ['“', 0x93],
  ['”', 0x94],
  ['•', 0x95],
  ['–', 0x96],
  ['—', 0x97],
  ['™', 0x99],
  ['š', 0x9a],
  ['›', 0x9b],
  ['œ', 0x9c],
  ['ž', 0x9e],
  ['Ÿ', 0x9f],
  // A minus is drawn as a dash of its width.
  ['−', 0x96],
])

/** Widths of those that aren't as wide as a letter that they are made of. */
const widths: ReadonlyMap<string, readonly [regular: number, bold: number]> = new Map([
  ['‘', [222, 278]],
  ['’', [222, 278]],
  ['‚', [222, 278]],
  ['“', [333, 500]],
  ['”', [333, 500]],
  ['„', [333, 500]],
  ['•', [350, 350]],
  ['·', [278, 278]],
  ['…', [1000, 1000]],
  ['—', [1000, 1000]],
  ['×', [584, 584]],
  ['±', [584, 584]],
  ['÷', [584, 584]],
  ['¬', [584, 584]],
  ['°', [400, 400]],
  ['™', [1000, 1000]],
  ['©', [737, 737]],
  ['®', [737, 737]],
  ['‰', [1000, 1000]],
  ['Æ', [1000, 1000]],
  ['Œ', [1000, 1000]],
  ['æ', [889, 889]],
  ['œ', [944, 944]],
  ['Ø', [778, 778]],
  ['ø', [611, 611]],
  ['ß', [611, 611]],
  ['¼', [834, 834]],
  ['½', [834, 834]],
  ['¾', [834, 834]],
  ['¡', [333, 333]],
  ['¿', [611, 611]],
  ['‹', [333, 333]],
  ['›', [333, 333]],
  ['¦', [260, 280]],
  ['\u00a0', [278, 278]],
])

/** The code of a character in the built-in fonts; undefined if they don't hold it. */
export function codeOf(character: string): number | undefined {
  const code = character.codePointAt(0) ?? 0
  if ((code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xff)) return code
  return special.get(character)
}

/** The width of a text of characters that the fonts hold, in thousandths of its size. */
export function widthOf(text: string, isBold: boolean): number {
  let width = 0
  for (const character of text) width += widthOfCharacter(character, isBold)
  return width
}

function widthOfCharacter(character: string, isBold: boolean): number {
  const known = widths.get(character)
  if (known !== undefined) return known[isBold ? 1 : 0]
  // An accent adds nothing to the width of its letter.
  const [letter = character] = character.normalize('NFD')
  const at = (letter.codePointAt(0) ?? 0) - 32
  return (isBold ? bold : regular)[at] ?? 556
}
