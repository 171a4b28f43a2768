/**
 * The `console` blocks of a README: commands, and the output that each must print.
 *
 * A line `$ kalshi …` is a command. The lines from there to the next command are its output, on both streams. In the
 * output, `…` stands for any text in a line, and a line `…` for any lines. `| head -N` closes the output after N lines.
 * If an output ends with `^C`, the user presses Ctrl-C after the lines above it.
 *
 * @module
 */

export interface Example {
  /** The words after `kalshi`. */
  readonly args: ReadonlyArray<string>
  /** The number of lines after which the reader closes the output. */
  readonly head: number | undefined
  /** The number of lines after which the user presses Ctrl-C. */
  readonly interruptAfter: number | undefined
  readonly command: string
  readonly output: string
}

/** Splits a line into words. Single and double quotes keep a word together. */
const words = (line: string): ReadonlyArray<string> =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "")

const exampleOf = (text: string): Example => {
  const [line = "", ...output] = text.split("\n")
  const [command = "", reader] = line.split(" | head -")
  const [name, ...args] = words(command)
  if (name !== "kalshi") throw new Error(`The README's command must start with kalshi: ${line}`)
  const interrupted = output.indexOf("^C")
  return {
    args,
    interruptAfter: interrupted === -1 ? undefined : interrupted,
    head: reader === undefined ? undefined : Number(reader),
    command: line,
    output: output.join("\n").trimEnd()
  }
}

export const examplesOf = (readme: string): ReadonlyArray<Example> =>
  [...readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => exampleOf(text))
  )

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

export const matches = (expected: string, actual: string): boolean => {
  const lines = expected.split("\n")
  const pattern = lines
    .map((line, index) => {
      if (line !== "…") return (index === 0 ? "" : String.raw`\n`) + line.split("…").map(escape).join(".*")
      return index === 0 ? String.raw`(?:.*\n)*?.*` : String.raw`(?:\n.*)*?`
    })
    .join("")
  return new RegExp(`^${pattern}$`).test(actual.trimEnd())
}

/** Keeps each line of the example that matches the output. If the numbers of lines differ, returns the output. */
export const withPlaceholders = (example: string, output: string): string => {
  const [shown, lines] = [example.split("\n"), output.split("\n")]
  if (shown.length !== lines.length) return output
  return lines.map((line, index) => (matches(shown[index] ?? "", line) ? shown[index] : line)).join("\n")
}
