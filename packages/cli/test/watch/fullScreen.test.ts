import { assert, describe, it } from "@effect/vitest"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as TestClock from "effect/testing/TestClock"
import { Output, type Screen } from "../../src/output/Output.ts"
import { changesOf, draw, show, type View } from "../../src/watch/fullScreen.ts"
import { span } from "../../src/watch/layout.ts"

const size = { columns: 10, rows: 2 }

const paint: Screen["paint"] = (style, text) => `<${String(style)}>${text}</>`

const counter = (write: (text: string) => Effect.Effect<void> = () => Effect.void) => {
  const written: Array<string> = []
  const state = { value: 0, rendered: 0 }
  const changed = Latch.makeUnsafe(true)
  const view: View = {
    changed,
    render: () =>
      Effect.sync(() => {
        state.rendered++
        return [[span(`value ${state.value}`, "bold")], [span("footer")]]
      }),
    press: ({ name }) => void (state.value += name === "up" ? 1 : 0)
  }
  const screen = {
    paint,
    write: (text: string) =>
      Effect.suspend(() => {
        written.push(text)
        return write(text)
      })
  }
  const change = () => {
    state.value++
    changed.openUnsafe()
  }
  return { view, screen, written, state, change }
}

describe("changesOf", () => {
  it("writes the whole screen first, then only lines that changed", () => {
    assert.strictEqual(changesOf(undefined, ["a", "b"]), "\u001B[?2026h\u001B[2J\u001B[1;1Ha\u001B[2;1Hb\u001B[?2026l")
    assert.strictEqual(changesOf(["a", "b"], ["a", "c"]), "\u001B[?2026h\u001B[2;1Hc\u001B[?2026l")
    assert.strictEqual(changesOf(["a", "b"], ["a", "b"]), "")
  })
})

describe("draw", () => {
  it.effect("draws at the start, and then only after a change", () =>
    Effect.gen(function* () {
      const { change, screen, state, view, written } = counter()
      yield* Effect.forkChild(draw(view, () => size, screen))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([state.rendered, written.length], [1, 1])
      change()
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([state.rendered, written.length], [2, 2])
      assert.strictEqual(written[1], "\u001B[?2026h\u001B[1;1H<bold>value 1</>\u001B[?2026l")
    })
  )

  it.effect("writes nothing for a change that is not visible", () =>
    Effect.gen(function* () {
      const { screen, state, view, written } = counter()
      yield* Effect.forkChild(draw(view, () => size, screen))
      yield* TestClock.adjust("1 second")
      view.changed.openUnsafe()
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([state.rendered, written.length], [2, 1])
    })
  )

  it.effect("draws the whole screen again after a resize", () =>
    Effect.gen(function* () {
      const { screen, view, written } = counter()
      let current = size
      yield* Effect.forkChild(draw(view, () => current, screen))
      yield* TestClock.adjust("1 second")
      current = { columns: 20, rows: 2 }
      view.changed.openUnsafe()
      yield* TestClock.adjust("1 second")
      assert.include(written[1] ?? "", "\u001B[2J")
    })
  )

  for (const changes of [1, 1_000, 100_000]) {
    it.effect(`draws the newest state after ${changes} changes at once, in one frame`, () =>
      Effect.gen(function* () {
        const { change, screen, view, written } = counter()
        yield* Effect.forkChild(draw(view, () => size, screen))
        yield* TestClock.adjust("1 second")
        for (let index = 0; index < changes; index++) change()
        yield* TestClock.adjust("1 second")
        assert.strictEqual(written.length, 2)
        assert.include(written[1] ?? "", `value ${changes}<`)
      })
    )

    it.effect(`draws at most 20 frames a second under ${Math.max(100, changes)} changes a second`, () =>
      Effect.gen(function* () {
        const { change, screen, state, view, written } = counter()
        yield* Effect.forkChild(draw(view, () => size, screen))
        for (let millis = 0; millis < 1_000; millis += 10) {
          for (let index = 0; index < changes / 100; index++) change()
          yield* TestClock.adjust(10)
        }
        yield* TestClock.adjust(50)
        assert.isAtMost(written.length, 22)
        assert.include(written.at(-1) ?? "", `value ${state.value}<`)
      })
    )
  }

  it.effect("skips intermediate states on a slow terminal, and then draws the newest state", () =>
    Effect.gen(function* () {
      const taken = Latch.makeUnsafe(false)
      const { change, screen, state, view, written } = counter(() => taken.await)
      yield* Effect.forkChild(draw(view, () => size, screen))
      yield* TestClock.adjust("1 second")
      for (let index = 0; index < 100_000; index++) {
        change()
        if (index % 10_000 === 0) yield* TestClock.adjust("1 second")
      }
      assert.deepStrictEqual([state.rendered, written.length], [1, 1])
      taken.openUnsafe()
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([state.rendered, written.length], [2, 2])
      assert.include(written[1] ?? "", "value 100000<")
    })
  )
})

const press = (name: string, modifiers: Partial<Terminal.Key> = {}): Terminal.UserInput => ({
  input: name.length === 1 ? Option.some(name) : Option.none(),
  key: { name, ctrl: false, meta: false, shift: false, ...modifiers }
})

/** A terminal whose input ends at Esc, Ctrl-C and Ctrl-D, like the input of a real terminal. */
const terminalOf = (pressed: ReadonlyArray<Terminal.UserInput>) => {
  const waiting = [...pressed]
  return Terminal.make({
    columns: Effect.succeed(10),
    rows: Effect.succeed(2),
    size: Effect.tap(Queue.sliding<Terminal.Size, Cause.Done>(1), (queue) => Queue.offer(queue, size)),
    readInput: Effect.tap(Queue.make<Terminal.UserInput, Cause.Done>(), (queue) =>
      Effect.sync(() => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          Queue.offerUnsafe(queue, next)
          if (next.key.name === "escape" || next.key.ctrl) return void Queue.endUnsafe(queue)
        }
      })
    ),
    readLine: Effect.fail(new Terminal.QuitError({})),
    display: () => Effect.void
  })
}

const shown = (
  pressed: ReadonlyArray<Terminal.UserInput>,
  run: Effect.Effect<never, string> = Effect.never,
  stdinIsTerminal = true
) =>
  Effect.gen(function* () {
    const { screen, state, view, written } = counter()
    const output: Screen = {
      ...screen,
      isTerminal: true,
      canPrompt: true,
      columns: 10,
      note: () => Effect.void
    }
    const services = Layer.mergeAll(
      Layer.succeed(Output, output),
      Layer.succeed(Terminal.Terminal, terminalOf(pressed)),
      Stdio.layerTest({ stdinIsTerminal: Effect.succeed(stdinIsTerminal) })
    )
    const fiber = yield* Effect.forkChild(Effect.exit(show(view, run).pipe(Effect.provide(services))))
    yield* TestClock.adjust("1 second")
    return { fiber, written, state }
  })

const enter = "\u001B[?1049h\u001B[?25l\u001B[?7l\u001B[2J"
const leave = "\u001B[?2026l\u001B[2J\u001B[?7h\u001B[?25h\u001B[?1049l"

describe("show", () => {
  for (const [name, quit] of [
    ["q", press("q")],
    ["Ctrl-C", press("c", { ctrl: true })],
    ["Ctrl-D", press("d", { ctrl: true })]
  ] as const) {
    it.effect(`ends with ${name}, and restores the terminal`, () =>
      Effect.gen(function* () {
        const { fiber, state, written } = yield* shown([press("up"), quit])
        assert.isTrue(Exit.isSuccess(yield* Fiber.join(fiber)))
        assert.strictEqual(state.value, 1)
        assert.deepStrictEqual([written[0], written.at(-1)], [enter, leave])
      })
    )
  }

  it.effect("continues after Esc, because a slow connection can deliver an arrow key as a single Esc", () =>
    Effect.gen(function* () {
      const { fiber, state, written } = yield* shown([press("escape"), press("up"), press("escape"), press("up")])
      assert.isUndefined(fiber.pollUnsafe())
      assert.strictEqual(state.value, 2)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(written.at(-1), leave)
    })
  )

  it.effect("restores the terminal after an error, and fails with this error", () =>
    Effect.gen(function* () {
      const { fiber, written } = yield* shown([], Effect.fail("lost"))
      assert.deepStrictEqual(yield* Fiber.join(fiber), Exit.fail("lost"))
      assert.deepStrictEqual([written[0], written.at(-1)], [enter, leave])
    })
  )

  it.effect("restores the terminal after a defect", () =>
    Effect.gen(function* () {
      const { fiber, written } = yield* shown([], Effect.die(new Error("a fault")))
      assert.isTrue(Exit.isFailure(yield* Fiber.join(fiber)))
      assert.strictEqual(written.at(-1), leave)
    })
  )

  it.effect("shows the view even if the input is not a terminal", () =>
    Effect.gen(function* () {
      const { fiber, written } = yield* shown([press("q")], Effect.never, false)
      assert.isUndefined(fiber.pollUnsafe())
      assert.include(written[1] ?? "", "value 0")
      yield* Fiber.interrupt(fiber)
    })
  )

  it.effect("draws again every second, because ages grow", () =>
    Effect.gen(function* () {
      const { fiber, state } = yield* shown([])
      const before = state.rendered
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(state.rendered, before + 5)
      yield* Fiber.interrupt(fiber)
    })
  )

  it.effect("leaves no exit listener on the process behind", () =>
    Effect.gen(function* () {
      const before = process.listenerCount("exit")
      const { fiber } = yield* shown([press("q")])
      yield* Fiber.join(fiber)
      assert.strictEqual(process.listenerCount("exit"), before)
    })
  )
})
