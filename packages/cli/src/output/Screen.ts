/**
 * The terminal that commands print to.
 *
 * @module
 */
import type * as Effect from "effect/Effect"
import type { styleText } from "node:util"
import type { CommandError, OutputClosed } from "../app/failures.ts"

export type Style = Parameters<typeof styleText>[0]

export interface Screen {
  readonly isTerminal: boolean
  /** Whether a person can answer a question. */
  readonly canPrompt: boolean
  /** The width in columns. Undefined if there is no terminal or its width is unknown: then nothing is shortened. */
  readonly columns: number | undefined
  /** Colors a text, if the terminal has colors and the user did not set `NO_COLOR`. */
  readonly paint: (style: Style, text: string) => string
  /** Writes to the standard output. Fails with {@link OutputClosed} if the reader has closed it. */
  readonly write: (text: string) => Effect.Effect<void, OutputClosed | CommandError>
  /** Writes a line to the standard error. A failure is ignored: no stream is left to report it on. */
  readonly note: (line: string) => Effect.Effect<void>
}
