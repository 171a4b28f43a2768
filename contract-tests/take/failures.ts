/**
 * Defines a Vitest reporter that prints each failure with its file, its line, and the lines that differ.
 *
 * @module
 */
import { relative } from "node:path"
import { stripVTControlCharacters } from "node:util"
import type { Reporter, TestModule } from "vitest/node"

/** Further lines that differ are only counted. */
const maxLines = 16

export interface Failure {
  readonly message: string
  readonly diff?: string | undefined
  readonly stacks?: ReadonlyArray<{ readonly file: string; readonly line: number }> | undefined
}

/** Describes a failed test. In the lines that differ, `-` is expected and `+` is received. */
export const describeFailure = (
  root: string,
  file: string,
  name: string,
  { diff, message, stacks }: Failure
): string => {
  const frame = stacks?.find((candidate) => candidate.file === file) ?? stacks?.[0]
  const place = relative(root, frame?.file ?? file)
  const changed = stripVTControlCharacters(diff ?? "")
    .split("\n")
    .filter((line) => /^[-+] /.test(line.trimStart()) && !/^[-+] (?:Expected|Received)\b/.test(line.trimStart()))
  const details = changed.length === 0 ? [stripVTControlCharacters(message).split("\n")[0] ?? ""] : changed
  return [
    `FAIL ${place}:${frame?.line ?? 1}: ${name}`,
    ...details.slice(0, maxLines).map((line) => `| ${line.slice(0, 200)}`),
    ...(details.length > maxLines ? [`| … ${details.length - maxLines} more lines`] : [])
  ].join("\n")
}

export default class Failures implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    for (const module of modules) {
      const print = (name: string, error: Failure | undefined) =>
        console.log(describeFailure(process.cwd(), module.moduleId, name, error ?? { message: "failed" }))
      for (const error of module.errors()) print("the file does not load", error)
      for (const test of module.children.allTests("failed")) print(test.fullName, test.result().errors?.[0])
    }
  }
}
