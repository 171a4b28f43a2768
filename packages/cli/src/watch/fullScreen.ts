/**
 * Shows a view on the whole terminal until the user quits, and restores the terminal afterwards.
 *
 * **Details**
 *
 * The newest state is drawn at most 20 times a second. Unchanged lines are not written again, unless the size changes.
 * The next drawing waits until the terminal has accepted the last drawing. So a slow terminal skips intermediate
 * states, and no drawing waits in memory.
 *
 * @module
 */
import * as ansi from "ansi-escapes"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import { usage } from "../app/failures.ts"
import { Output, type Screen } from "../output/Output.ts"
import type { KeyPress } from "./keys.ts"
import type { Line, Size } from "./layout.ts"

export interface View {
  readonly render: (size: Size, nowMillis: number) => Effect.Effect<ReadonlyArray<Line>>
  /** Receives each key, except the keys that quit. */
  readonly press: (key: KeyPress, size: Size) => void
  /** Opened after each change of the state, and closed by the next drawing. */
  readonly changed: Latch.Latch
}

const frameMillis = 50
/** A view shows ages, so it is drawn again although nothing changed. */
const tickMillis = 1_000

// Lines are exactly as wide as the terminal. If the terminal considers a line wider than that, wrapping would move the
// lines below. `ansi-escapes` does not contain these sequences.
const wrapOff = "\u001B[?7l"
const wrapOn = "\u001B[?7h"

const enter = ansi.enterAlternativeScreen + ansi.cursorHide + wrapOff + ansi.eraseScreen
// Without `eraseScreen`, tmux keeps lines of the view if the terminal was resized.
const leave = ansi.endSynchronizedOutput + ansi.eraseScreen + wrapOn + ansi.cursorShow + ansi.exitAlternativeScreen

/**
 * The text that turns the shown screen into the next screen. Empty if both are equal. `shown` is undefined before the
 * first screen, and after a change of the size.
 */
export const changesOf = (shown: ReadonlyArray<string> | undefined, next: ReadonlyArray<string>): string => {
  const changed = next.flatMap((line, row) => (shown?.[row] === line ? [] : [ansi.cursorTo(0, row) + line]))
  if (changed.length === 0) return ""
  return ansi.synchronizedOutput((shown === undefined ? ansi.eraseScreen : "") + changed.join(""))
}

const paintLine = (line: Line, paint: Screen["paint"]): string =>
  line.map(({ style, text }) => (style === undefined ? text : paint(style, text))).join("")

export const draw = (
  view: Pick<View, "changed" | "render">,
  size: () => Size,
  screen: Pick<Screen, "paint" | "write">
) =>
  Effect.gen(function* () {
    let shown: { readonly lines: ReadonlyArray<string>; readonly size: Size } | undefined
    const next = Effect.gen(function* () {
      yield* view.changed.await
      // This fiber continues as soon as the latch opens. `yieldNow` lets more changes of the same moment into this
      // frame.
      yield* Effect.yieldNow
      view.changed.closeUnsafe()
      const current = size()
      const rendered = yield* view.render(current, yield* Clock.currentTimeMillis)
      const lines = rendered.map((line) => paintLine(line, screen.paint))
      const isSameSize = shown?.size.columns === current.columns && shown.size.rows === current.rows
      const text = changesOf(isSameSize ? shown?.lines : undefined, lines)
      if (text !== "") yield* screen.write(text)
      shown = { lines, size: current }
      yield* Effect.sleep(frameMillis)
    })
    return yield* Effect.forever(next)
  })

const isQuit = ({ ctrl, name }: Terminal.Key): boolean => (ctrl ? name === "c" || name === "d" : name === "q")

const readKeys = (onKey: (key: KeyPress) => void) =>
  Effect.gen(function* () {
    const terminal = yield* Terminal.Terminal
    const readUntilEnd = Effect.scoped(
      Effect.gen(function* () {
        const input = yield* terminal.readInput
        let last: Terminal.Key | undefined
        const readOne = Effect.map(Queue.take(input), ({ input: text, key }) => {
          last = key
          if (isQuit(key)) return false
          onKey({ name: key.name, shift: key.shift, text: Option.getOrUndefined(text) })
          return true
        })
        let goesOn = true
        while (goesOn) goesOn = yield* Effect.orElseSucceed(readOne, () => false)
        return last
      })
    )
    // An Esc ends the input, but not the view, because a slow connection can deliver an arrow key as a single Esc.
    yield* Effect.repeat(readUntilEnd, { while: (last) => last?.name === "escape" })
  })

/** Restores the terminal even if the process exits without closing the scope. */
const restoreAtExit = Effect.acquireRelease(
  Effect.sync(() => {
    const restore = () => void process.stdout.write(leave)
    process.once("exit", restore)
    return restore
  }),
  (restore) => Effect.sync(() => process.off("exit", restore))
)

export const requireTerminal = (command: string) =>
  Effect.gen(function* () {
    const { canAnimate } = yield* TerminalCapabilities.TerminalCapabilities
    if (canAnimate) return
    return yield* usage(
      `\`${command}\` draws on the whole terminal, but the standard output does not support this. Pass --json to get one event per line`
    )
  })

/** Shows a view until the user quits. `run` keeps the state of the view up to date. */
export const show = <E, R>(view: View, run: Effect.Effect<never, E, R>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const screen = yield* Output
      const terminal = yield* Terminal.Terminal
      const stdio = yield* Stdio.Stdio
      let size: Size = { columns: 80, rows: 24 }
      const sizes = yield* terminal.size
      const onSize = Effect.map(Queue.take(sizes), ({ columns, rows }) => {
        if (columns > 0 && rows > 0) size = { columns, rows }
        view.changed.openUnsafe()
      })
      // Without a terminal as input, there are no keys. Then the signal of Ctrl-C ends the view.
      const keys = (yield* stdio.stdinIsTerminal)
        ? readKeys((key) => {
            view.press(key, size)
            view.changed.openUnsafe()
          })
        : Effect.never
      yield* restoreAtExit
      yield* Effect.acquireRelease(screen.write(enter), () => Effect.ignore(screen.write(leave)))
      yield* Effect.forkScoped(Effect.ignore(Effect.forever(onSize)), { startImmediately: true })
      yield* Effect.forkScoped(Effect.repeat(view.changed.open, Schedule.spaced(tickMillis)))
      const drawing = draw(view, () => size, screen)
      return yield* Effect.raceFirst(keys, Effect.raceFirst(drawing, run))
    })
  )
