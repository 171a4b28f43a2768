/**
 * Scenarios of order books over the feed: lost, repeated, late and unreadable messages, and lost connections. A line is
 * one of the connections over which a client receives a book.
 *
 * @module
 */
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { otherTicker, type Scenario, type Stage, ticker } from "../Scenario.ts"
import { type Act, type BookRules, change, judgeBook, rest, seed, settle, subscribed } from "./feedSupport.ts"
import { mustSucceed } from "./support.ts"

const channel = "orderbook_delta"
const delta = { feed: "frame", channel, type: "orderbook_delta" } as const

interface BookScenario {
  readonly id: string
  readonly title: string
  readonly expected: string
  readonly rules: BookRules
  /** Default: 1. */
  readonly lines?: number
  /** Runs before the client connects. Default: `seed`. */
  readonly before?: (stage: Stage) => Act
  /** Runs at the step `continue`. */
  readonly act: (stage: Stage) => Act
}

const faulty =
  (fault: Sandbox.FeedFault) =>
  (stage: Stage): Act =>
    Effect.andThen(stage.operator.plant(fault), change(stage))

const burstChanges = 1_000

const rightOrUnreadable =
  "The book that the client exposes is right, or the client reports that the book is not usable."

const plans: ReadonlyArray<BookScenario> = [
  {
    id: "book-changes",
    title: "A book changes several times.",
    expected: "The client exposes the book of the exchange.",
    rules: { wrong: "exposes a wrong book" },
    act: change
  },
  {
    id: "book-one-side",
    title: "The snapshot of a market with only YES bids has no member for the NO bids, as documented.",
    expected: "The client exposes the book of the exchange.",
    rules: { wrong: "exposes a wrong book" },
    before: (stage) => rest(stage, "bid", "0.40"),
    act: (stage) => rest(stage, "bid", "0.41")
  },
  {
    id: "book-gap",
    title: "One message of a book is lost, and its `seq` is missing.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after a lost message" },
    act: faulty({ ...delta, change: "skip" })
  },
  {
    id: "book-repeat",
    title: "One message of a book arrives twice, with the same `seq`.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after a repeated message" },
    act: faulty({ ...delta, change: "repeat" })
  },
  {
    id: "book-unreadable",
    title: "One message of a book is not JSON. The following messages are JSON.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after an unreadable message" },
    act: faulty({ ...delta, change: "cut" })
  },
  {
    id: "book-impossible",
    title: "A message removes more contracts from a price level than the level has.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after an impossible change" },
    // The level must exist, so that the impossible change has an effect.
    act: (stage) =>
      Effect.all([
        stage.operator.plant({ ...delta, change: "belowZero" }),
        rest(stage, "bid", "0.40", ticker, "2"),
        change(stage)
      ])
  },
  {
    id: "book-zero",
    title: "A message changes a price level by 0.00 contracts.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after a change by 0.00" },
    // The level must exist, so that a client can delete it by mistake.
    act: (stage) =>
      Effect.all([
        change(stage),
        stage.operator.plant({ ...delta, change: "zeroDelta" }),
        rest(stage, "bid", "0.40", ticker, "2")
      ])
  },
  {
    id: "book-crossed",
    title: "Two messages with the same `clock` change a book. Between them, the book is crossed.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after two messages with the same `clock`" },
    act: faulty({ ...delta, change: "cross" })
  },
  {
    id: "book-late",
    title: "One message of a book arrives late, after the messages that follow it.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after a late message" },
    act: faulty({ ...delta, delayMillis: 20 })
  },
  {
    id: "book-unknown-message",
    title: "A change of a book arrives with the next `seq`, but as a message of an unknown type.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after a message of an unknown type" },
    act: faulty({ ...delta, change: "unknownType" })
  },
  {
    id: "book-burst",
    title: `A book changes ${burstChanges} times at once.`,
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after a burst of messages" },
    act: (stage) =>
      Effect.forEach(
        Array.from({ length: burstChanges }, (_, index) => index),
        (index) => rest(stage, "bid", `0.${10 + (index % 30)}`, ticker, "1"),
        { discard: true }
      )
  },
  {
    id: "book-ended",
    title: "The exchange ends the subscription with error 25 (buffer overflow), and the book changes.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after the end of its subscription" },
    act: (stage) => Effect.andThen(stage.operator.feed.fail(25, { channel }), change(stage))
  },
  {
    id: "book-renamed",
    title: "The members of a snapshot have unknown names, so the book seems to be empty.",
    expected: "The client reports that the book is not usable, or warns about it.",
    rules: { mustBeReadable: false, wrong: "exposes an empty book, without a warning" },
    before: (stage) =>
      Effect.andThen(
        seed(stage),
        stage.operator.plant({
          feed: "frame",
          channel,
          type: "orderbook_snapshot",
          change: "renameKeys",
          times: 1_000
        })
      ),
    act: () => Effect.void
  },
  {
    id: "book-reconnect",
    title: "The connection is lost, and the book changes before the client can connect again.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after a lost connection" },
    act: (stage) => Effect.andThen(stage.operator.feed.drop({ how: "reset" }), change(stage))
  },
  {
    id: "book-maintenance",
    title: "After maintenance, the `clock` of the book starts again, and the book changes.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after maintenance" },
    act: (stage) => Effect.andThen(stage.operator.feed.maintenance, change(stage))
  },
  {
    id: "lines-maintenance",
    title:
      "The client watches a book over two connections. After maintenance, the `clock` of the book starts again, and the book changes.",
    expected: rightOrUnreadable,
    lines: 2,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after maintenance" },
    act: (stage) => Effect.andThen(stage.operator.feed.maintenance, change(stage))
  },
  {
    id: "lines-stall",
    title: "The client watches a book over two connections. One of them delivers no more messages.",
    expected: "The client exposes the book of the exchange.",
    lines: 2,
    rules: { wrong: "exposes a wrong book, although one of two connections is complete" },
    act: (stage) =>
      Effect.gen(function* () {
        const [first] = yield* stage.operator.feed.connections
        yield* stage.operator.feed.stall(first === undefined ? {} : { connectionId: first.connectionId })
        yield* change(stage)
      })
  },
  {
    id: "lines-lost",
    title:
      "The client watches a book over two connections. One of them is lost, and the exchange refuses new connections.",
    expected: "The client exposes the book of the exchange.",
    lines: 2,
    rules: { wrong: "exposes a wrong book, although one of two connections is complete" },
    act: (stage) =>
      Effect.gen(function* () {
        const [first] = yield* stage.operator.feed.connections
        yield* stage.operator.plant({ feed: "upgrade", status: 503, times: 1_000 })
        yield* stage.operator.feed.drop({
          how: "reset",
          ...(first !== undefined && { connectionId: first.connectionId })
        })
        yield* change(stage)
      })
  }
]

const bookScenario = ({ act, before = seed, expected, id, lines = 1, rules, title }: BookScenario): Scenario => ({
  id,
  area: "feed",
  title,
  expected,
  prepare: (stage) =>
    Effect.as(before(stage), {
      steps: [
        { do: "watch_book", input: { ticker, lines } },
        { do: "continue" },
        { do: "read_book", input: { ticker } }
      ],
      acts: [Effect.andThen(subscribed(stage, channel, lines), Effect.andThen(act(stage), settle(stage)))],
      judge: ([watched, result]) =>
        Effect.map(judgeBook(stage, result, rules), (findings) =>
          rules.mustBeReadable === false ? findings : [...mustSucceed("watching the book", watched), ...findings]
        )
    })
})

const twoMarkets: Scenario = {
  id: "book-two-markets",
  area: "feed",
  title: "A command adds a second market to the subscription of the first. The reply to the command increments `seq`.",
  expected: "The client exposes both books of the exchange.",
  prepare: (stage) =>
    Effect.as(Effect.andThen(seed(stage), seed(stage, otherTicker)), {
      steps: [
        { do: "watch_book", input: { ticker, lines: 1 } },
        { do: "watch_book", input: { ticker: otherTicker, lines: 1 } },
        { do: "continue" },
        { do: "read_book", input: { ticker } },
        { do: "read_book", input: { ticker: otherTicker } }
      ],
      acts: [
        Effect.andThen(
          subscribed(stage, channel),
          Effect.all([change(stage), change(stage, otherTicker), settle(stage)], { discard: true })
        )
      ],
      judge: ([, , first, second]) =>
        Effect.zipWith(
          judgeBook(stage, first, {
            reading: "reading the first book",
            wrong: "exposes a wrong book of the first market"
          }),
          judgeBook(stage, second, {
            market: otherTicker,
            reading: "reading the second book",
            wrong: "exposes a wrong book of the second market"
          }),
          (one, other) => [...one, ...other]
        )
    })
}

export const books: ReadonlyArray<Scenario> = [...plans.map(bookScenario), twoMarkets]
