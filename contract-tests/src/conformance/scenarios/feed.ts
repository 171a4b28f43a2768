/**
 * Scenarios of the WebSocket feed: order books and trades under lost, repeated and unreadable messages, lost connections,
 * refusals, and over two lines.
 *
 * @module
 */
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import {
  type Finding,
  found,
  nothing,
  otherTicker,
  type Result,
  type Scenario,
  type Stage,
  ticker
} from "../Scenario.ts"
import { errorIn, micros, mustSucceed, textsIn, valueIn } from "./support.ts"

type Act = Effect.Effect<unknown, Sandbox.SandboxError>

/** An order book: the sizes of both sides by price, in millionths. */
type Book = readonly [yes: ReadonlyMap<bigint, bigint>, no: ReadonlyMap<bigint, bigint>]

const sideOf = (levels: unknown): ReadonlyMap<bigint, bigint> | undefined => {
  if (!Array.isArray(levels)) return undefined
  const side = new Map<bigint, bigint>()
  for (const level of levels) {
    const [price, size] = Array.isArray(level) ? level.map((text) => micros(String(text))) : []
    if (price === undefined || size === undefined) return undefined
    // A second level of the same price must not hide the first.
    side.set(price, (side.get(price) ?? 0n) + size)
  }
  return side
}

const isSameSide = (one: ReadonlyMap<bigint, bigint>, other: ReadonlyMap<bigint, bigint>): boolean =>
  one.size === other.size && [...one].every(([price, size]) => other.get(price) === size)

/** Reads the book of a market from the exchange's view. */
const trueBook = (stage: Stage, market: string): Effect.Effect<Book> =>
  Effect.promise(async () => {
    const response = await fetch(`${stage.operator.url}/trade-api/v2/markets/${market}/orderbook`)
    // The exchange's own response.
    const { orderbook_fp: book } = (await response.json()) as {
      readonly orderbook_fp: { readonly yes_dollars: unknown; readonly no_dollars: unknown }
    }
    return [sideOf(book.yes_dollars) ?? new Map(), sideOf(book.no_dollars) ?? new Map()]
  })

interface BookRules {
  /** Whether an error instead of a book is a fault. Default: true. */
  readonly mustBeReadable?: boolean
  readonly market?: string
  /** How findings name the read. Default: "reading the book". */
  readonly reading?: string
  /** What the client did if the book is wrong. */
  readonly wrong: string
}

/** Compares the book that a client exposes with the book of the exchange. */
const judgeBook = (stage: Stage, result: Result | undefined, rules: BookRules): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(trueBook(stage, rules.market ?? ticker), ([yes, no]) => {
    const value = valueIn(result)
    if (value === undefined) {
      return rules.mustBeReadable === false ? nothing : mustSucceed(rules.reading ?? "reading the book", result)
    }
    const [ownYes, ownNo] = [sideOf(value["yes"]), sideOf(value["no"])]
    const isRight = ownYes !== undefined && ownNo !== undefined && isSameSide(ownYes, yes) && isSameSide(ownNo, no)
    return isRight || value["warning"] === true ? nothing : found("accepted wrongly", rules.wrong)
  })

const rest = (stage: Stage, side: "bid" | "ask", price: string, market = ticker, count = "5"): Act =>
  stage.operator.placeOrder(stage.maker.accountId, { ticker: market, side, count, price })

/** Gives a market a book with both sides. */
const seed = (stage: Stage, market = ticker): Act =>
  Effect.all([
    rest(stage, "bid", "0.40", market),
    rest(stage, "bid", "0.39", market),
    rest(stage, "ask", "0.60", market)
  ])

/** Changes of a book: new levels, and more at a level. */
const change = (stage: Stage, market = ticker): Act =>
  Effect.all([
    rest(stage, "bid", "0.41", market),
    rest(stage, "ask", "0.59", market, "7"),
    rest(stage, "bid", "0.40", market, "2")
  ])

const pollMillis = 10
const polls = 500

/** Waits until a number of connections have subscribed to a channel, books with a snapshot. Gives up after a while. */
const subscribed = ({ operator }: Stage, channel: string, connections = 1): Effect.Effect<void> =>
  operator.feed.connections.pipe(
    Effect.map(
      (open) =>
        open.filter(({ subscriptions }) =>
          subscriptions.some(
            (subscription) => subscription.channel === channel && (channel === "trade" || subscription.seq >= 1)
          )
        ).length
    ),
    Effect.flatMap((ready) => (ready >= connections ? Effect.void : Effect.fail("waiting"))),
    Effect.tapError(() => Effect.sleep(pollMillis)),
    Effect.retry({ times: polls }),
    Effect.ignore
  )

const settle = ({ settleMillis }: Stage): Effect.Effect<void> => Effect.sleep(settleMillis)

const channel = "orderbook_delta"
const delta = { feed: "frame", channel, type: "orderbook_delta" } as const

interface BookScenario {
  readonly id: string
  readonly title: string
  readonly expected: string
  readonly rules: BookRules
  readonly lines?: number
  /** Before the client connects. */
  readonly before?: (stage: Stage) => Act
  /** When the client has its book. */
  readonly act: (stage: Stage) => Act
}

const faulty =
  (fault: Sandbox.FeedFault) =>
  (stage: Stage): Act =>
    Effect.andThen(stage.operator.plant(fault), change(stage))

const burstChanges = 1_000

const rightOrUnreadable = "The book that the client exposes is right, or the client reports that it is not usable."

const books: ReadonlyArray<BookScenario> = [
  {
    id: "book-changes",
    title: "A book changes several times.",
    expected: "The client exposes the book of the exchange.",
    rules: { wrong: "exposes another book than the exchange has" },
    act: change
  },
  {
    id: "book-one-side",
    title: "The snapshot of a market with only bids has no member for the other side, as documented.",
    expected: "The client exposes the book of the exchange.",
    rules: { wrong: "exposes another book than the exchange has" },
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
    title: "One message of a book is not JSON, and the following messages are.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after an unreadable message" },
    act: faulty({ ...delta, change: "cut" })
  },
  {
    id: "book-impossible",
    title: "A message takes more from a level than the level holds.",
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
    title: "A message changes a level by 0.00.",
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
    title: "Two messages with the same clock change a book, and between them the book is crossed.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after two messages with the same clock" },
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
    title: "A change of a book arrives as a message whose type the client cannot know, with the next `seq`.",
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
    title: "The members of a snapshot have names that the client cannot know, so the book seems to be empty.",
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
    title: "After maintenance, the clock of the book starts again, and the book changes.",
    expected: rightOrUnreadable,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after maintenance" },
    act: (stage) => Effect.andThen(stage.operator.feed.maintenance, change(stage))
  },
  {
    id: "lines-maintenance",
    title: "Two lines carry a book. After maintenance, the clock of the book starts again, and the book changes.",
    expected: rightOrUnreadable,
    lines: 2,
    rules: { mustBeReadable: false, wrong: "exposes a wrong book after maintenance" },
    act: (stage) => Effect.andThen(stage.operator.feed.maintenance, change(stage))
  },
  {
    id: "lines-stall",
    title: "Two lines carry a book, and one of them brings no more messages.",
    expected: "The client exposes the book of the exchange.",
    lines: 2,
    rules: { wrong: "exposes a wrong book, although one of two lines is complete" },
    act: (stage) =>
      Effect.gen(function* () {
        const [first] = yield* stage.operator.feed.connections
        yield* stage.operator.feed.stall(first === undefined ? {} : { connectionId: first.connectionId })
        yield* change(stage)
      })
  },
  {
    id: "lines-lost",
    title: "Two lines carry a book. One of them is lost, and the exchange refuses new connections.",
    expected: "The client exposes the book of the exchange.",
    lines: 2,
    rules: { wrong: "exposes a wrong book, although one of two lines is complete" },
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
  title: "A second market joins the subscription of the first, and the reply to this command counts in `seq`.",
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

/** The most connections that a client may open in the time of a scenario. */
const maxDials = 20

const dials = ({ recorder }: Stage): ReadonlyArray<Finding> =>
  recorder.requests.filter(({ path }) => path.includes("/ws/")).length > maxDials
    ? found("sent twice", `opens more than ${maxDials} connections`)
    : nothing

interface Refusal {
  readonly id: string
  readonly title: string
  readonly fault: Sandbox.FeedFault
}

const refusals: ReadonlyArray<Refusal> = [
  {
    id: "feed-refused",
    title: "The exchange refuses every connection of the feed with 401.",
    fault: { feed: "upgrade", status: 401, times: 1_000 }
  },
  {
    id: "subscribe-refused",
    title: "The exchange replies to every subscribe command with error 11 (invalid parameter).",
    fault: { feed: "command", cmd: "subscribe", error: 11, times: 1_000 }
  }
]

const refusalScenario = ({ fault, id, title }: Refusal): Scenario => ({
  id,
  area: "feed",
  title,
  expected: `The client reports the refusal, and opens at most ${maxDials} connections.`,
  prepare: (stage) =>
    Effect.as(Effect.andThen(seed(stage), stage.operator.plant(fault)), {
      steps: [
        { do: "watch_book", input: { ticker, lines: 1 } },
        { do: "read_book", input: { ticker } }
      ],
      judge: ([watched, read]) =>
        Effect.sync(() => [
          ...(valueIn(read) !== undefined
            ? found("accepted wrongly", "exposes a book without a subscription")
            : nothing),
          ...(errorIn(watched) === undefined || errorIn(watched)?.kind === "timeout"
            ? found("lost", "does not report the refusal")
            : nothing),
          ...dials(stage)
        ])
    })
})

/** Lets the maker and another account trade, and returns the ids of the trades so far. */
const trade = (stage: Stage): Act =>
  Effect.gen(function* () {
    yield* rest(stage, "bid", "0.50", ticker, "1")
    yield* stage.operator.placeOrder(stage.accounts[0]!.accountId, { ticker, side: "ask", count: "1", price: "0.50" })
  })

const trueTrades = (stage: Stage): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async () => {
    const response = await fetch(`${stage.operator.url}/trade-api/v2/markets/trades?ticker=${ticker}&limit=100`)
    const { trades } = (await response.json()) as { readonly trades: ReadonlyArray<{ readonly trade_id: string }> } // the exchange's own response
    return trades.map(({ trade_id }) => trade_id)
  })

interface TradeScenario {
  readonly id: string
  readonly title: string
  readonly expected: string
  readonly lines: number
  /** Whether missing trades are no fault if the client reports that trades may be missing. */
  readonly mayMiss: boolean
  readonly fault?: Sandbox.FeedFault
}

const trades: ReadonlyArray<TradeScenario> = [
  {
    id: "trades-all",
    title: "A market has five trades.",
    expected: "The client reports each trade once.",
    lines: 1,
    mayMiss: false
  },
  {
    id: "trades-gap",
    title: "A market has five trades. The message of one is lost, and its `seq` is missing.",
    expected: "The client reports all trades, or that trades may be missing.",
    lines: 1,
    mayMiss: true,
    fault: { feed: "frame", channel: "trade", change: "skip" }
  },
  {
    id: "trades-lines",
    title: "Two lines carry the trades of a market. One of them loses a message.",
    expected: "The client reports each trade once.",
    lines: 2,
    mayMiss: false,
    fault: { feed: "frame", channel: "trade", change: "skip" }
  }
]

const judgeTrades = (
  stage: Stage,
  result: Result | undefined,
  mayMiss: boolean
): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(trueTrades(stage), (expected) => {
    const ids = textsIn(result, "trade_ids")
    if (ids === undefined) return mayMiss ? nothing : mustSucceed("reading the trades", result)
    const missing = expected.filter((id) => !ids.includes(id)).length
    return [
      ...(missing > 0 && !(mayMiss && valueIn(result)?.["warning"] === true)
        ? found("lost", `reports ${expected.length - missing} of ${expected.length} trades, without a warning`)
        : nothing),
      ...(new Set(ids).size < ids.length ? found("accepted wrongly", "reports a trade twice") : nothing)
    ]
  })

const tradeScenario = ({ expected, fault, id, lines, mayMiss, title }: TradeScenario): Scenario => ({
  id,
  area: "feed",
  title,
  expected,
  prepare: (stage) =>
    Effect.succeed({
      steps: [
        { do: "watch_trades", input: { ticker, lines } },
        { do: "continue" },
        { do: "read_trades", input: { ticker } }
      ],
      acts: [
        Effect.gen(function* () {
          yield* subscribed(stage, "trade", lines)
          yield* trade(stage)
          if (fault !== undefined) yield* stage.operator.plant(fault)
          yield* Effect.all(Array.from({ length: 4 }, () => trade(stage)))
          yield* settle(stage)
        })
      ],
      judge: ([, result]) => judgeTrades(stage, result, mayMiss)
    })
})

export const feed: ReadonlyArray<Scenario> = [
  ...books.map(bookScenario),
  twoMarkets,
  ...refusals.map(refusalScenario),
  ...trades.map(tradeScenario)
]
