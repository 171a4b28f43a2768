/**
 * Makes text from the exchange safe to print on a terminal.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util"

/**
 * Removes escape sequences and other control characters. Other people write the texts on the exchange, so a text must
 * not move the cursor or hide a line.
 */
export const plain = (text: string): string =>
  // Line breaks and tabs become spaces. Bidirectional controls could make a line look like another line.
  stripVTControlCharacters(text)
    .replaceAll(/[\t\n\r]+/g, " ")
    .replaceAll(/[\p{Cc}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, "")

/**
 * Formats JSON. Also escapes the control characters that `JSON.stringify` does not escape. The parsed value stays the
 * same.
 */
export const formatJson = (value: unknown): string =>
  (JSON.stringify(value) ?? "null").replaceAll(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )
