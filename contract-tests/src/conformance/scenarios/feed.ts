/**
 * Scenarios of the WebSocket feed: refusals and trades. `books.ts` has the scenarios of order books. A line is one of
 * the connections over which a client receives trades.
 *
 * @module
 */
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { type Finding, found, nothing, type Result, type Scenario, type Stage, ticker } from "../Scenario.ts"
import { type Act, rest, seed, settle, subscribed } from "./feedSupport.ts"
import { errorIn, mustSucceed, textsIn, valueIn } from "./support.ts"

/** The maximum number of connections in a scenario of a refusal. */
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

const trade = (stage: Stage): Act =>
  Effect.gen(function* () {
    yield* rest(stage, "bid", "0.50", ticker, "1")
    yield* stage.operator.placeOrder(stage.accounts[0]!.accountId, { ticker, side: "ask", count: "1", price: "0.50" })
  })

const trueTrades = (stage: Stage): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async () => {
    const response = await fetch(`${stage.operator.url}/trade-api/v2/markets/trades?ticker=${ticker}&limit=100`)
    // The cast is safe: the local exchange sends this type.
    const { trades } = (await response.json()) as { readonly trades: ReadonlyArray<{ readonly trade_id: string }> }
    return trades.map(({ trade_id }) => trade_id)
  })

interface TradeScenario {
  readonly id: string
  readonly title: string
  readonly expected: string
  readonly lines: number
  /** If true, the client may report an error or a warning instead of all trades. */
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
    title: "A market has five trades. The message of one trade is lost, and its `seq` is missing.",
    expected: "The client reports all trades, or warns that trades may be missing.",
    lines: 1,
    mayMiss: true,
    fault: { feed: "frame", channel: "trade", change: "skip" }
  },
  {
    id: "trades-lines",
    title: "The client watches the trades of a market over two connections. One of them loses a message.",
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

export const feed: ReadonlyArray<Scenario> = [...refusals.map(refusalScenario), ...trades.map(tradeScenario)]
