import type { z } from 'zod'
import { words } from './primitives.ts'

// Brackets that mark an address, and those that look like them.
const brackets =
  /[<>\u02c2\u02c3\u2039\u203a\u2329\u232a\u276c-\u2771\u27e8\u27e9\u3008\u3009\ufe64\ufe65\uff1c\uff1e]+/gu

// An at sign between others; with spaces about it, or in front, it makes no address.
const addressEnd = /(?<=\S)[@\ufe6b\uff20]\S+/gu

// What is seen nowhere, or moves what is. Two joiners are letters' own in Arabic and Indic scripts, and selectors pick the form of a character.
const joiner = String.raw`(?<=\p{Script=Arabic}|(?!\p{Script=Inherited})\p{M})[\u200c\u200d](?=\p{L})`
const unseen = new RegExp(
  String.raw`(?!${joiner})(?!\p{Variation_Selector})[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+`,
  'gu',
)

/**
 * The name of a person, a machine or a key, which is shown beside addresses and ids: `Bo <bo@example.com>`. It can't pose as
 * an address, nor hold what hides or turns the characters beside it.
 */
export const displayName: z.ZodString = words(100)
  .refine(
    (text) => text.search(brackets) < 0,
    '< and > are not for names: what stands between them would pass for an address',
  )
  .refine((text) => text.search(addressEnd) < 0, 'a name, not an e-mail address')
  .refine((text) => text.search(unseen) < 0, 'control or invisible characters, where only a name may be')

/**
 * A name as it can be shown beside an address, whatever it holds: names that an identity provider says, and those from before there
 * was `displayName`. Of an address the part before the at sign stays. It is empty where nothing of it can be shown.
 */
export function shownName(name: string): string {
  return name
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(unseen, '')
    .replaceAll(brackets, ' ')
    .replaceAll(addressEnd, '')
    .replaceAll(/ +/g, ' ')
    .trim()
}
