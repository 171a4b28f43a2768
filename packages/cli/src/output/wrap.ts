/**
 * Wraps prose for a terminal.
 *
 * @module
 */
import { displayWidth } from "effect/cli/CliOutput"

/** The width of prose if the output is not a terminal. */
const usualWidth = 80
/** The maximum width of prose, because long lines are hard to read. */
const widest = 100

export const proseWidth = (columns: number | undefined): number => Math.min(columns ?? usualWidth, widest)

/** Breaks a text between words. A word that is longer than `width` is on a separate line. */
export const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  let used = 0
  for (const word of text.split(/\s+/)) {
    if (word === "") continue
    const size = displayWidth(word)
    if (line !== "" && used + 1 + size > width) {
      lines.push(line)
      line = word
      used = size
    } else {
      used += (line === "" ? 0 : 1) + size
      line = line === "" ? word : `${line} ${word}`
    }
  }
  if (line !== "") lines.push(line)
  return lines
}

/** Wraps the lines of a message, except commands to copy. */
export const wrapMessage = (text: string, columns: number | undefined): string =>
  columns === undefined
    ? text
    : text
        .split("\n")
        .map((line) => {
          if (displayWidth(line) <= columns || /^\s*kalshi /.test(line)) return line
          return indented(line, line.length - line.trimStart().length, columns)
        })
        .join("\n")

export const indented = (text: string, indentation: number, width: number): string =>
  wrap(text, Math.max(width - indentation, 20))
    .map((line) => " ".repeat(indentation) + line)
    .join("\n")
