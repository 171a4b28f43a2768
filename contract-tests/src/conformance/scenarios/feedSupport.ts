/**
 * Helpers for scenarios of the feed: changes of books, waits for subscriptions, and the comparison of books.
 *
 * @module
 */
import type * as Sandbox from "@kalshi-effect/sandbox/Sandbox"
import * as Effect from "effect/Effect"
import { type Finding, found, nothing, type Result, type Stage, ticker } from "../Scenario.ts"
import { micros, mustSucceed, valueIn } from "./support.ts"

/** What the judge (an exchange that scores clients) does before or while a client follows the feed. */
export type Act = Effect.Effect<unknown, Sandbox.SandboxError>

/** An order book: for each side, the number of contracts by price. Numbers and prices are in millionths. */
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

const trueBook = (stage: Stage, market: string): Effect.Effect<Book> =>
  Effect.promise(async () => {
    const response = await fetch(`${stage.operator.url}/trade-api/v2/markets/${market}/orderbook`)
    // The cast is safe: the local exchange sends this type.
    const { orderbook_fp: book } = (await response.json()) as {
      readonly orderbook_fp: { readonly yes_dollars: unknown; readonly no_dollars: unknown }
    }
    return [sideOf(book.yes_dollars) ?? new Map(), sideOf(book.no_dollars) ?? new Map()]
  })

export interface BookRules {
  /** Whether an error instead of a book is a finding. Default: true. */
  readonly mustBeReadable?: boolean
  readonly market?: string
  /** The name of the read in findings. Default: "reading the book". */
  readonly reading?: string
  /** The text of the finding for a wrong book. */
  readonly wrong: string
}

export const judgeBook = (
  stage: Stage,
  result: Result | undefined,
  rules: BookRules
): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.map(trueBook(stage, rules.market ?? ticker), ([yes, no]) => {
    const value = valueIn(result)
    if (value === undefined) {
      return rules.mustBeReadable === false ? nothing : mustSucceed(rules.reading ?? "reading the book", result)
    }
    const [ownYes, ownNo] = [sideOf(value["yes"]), sideOf(value["no"])]
    const isRight = ownYes !== undefined && ownNo !== undefined && isSameSide(ownYes, yes) && isSameSide(ownNo, no)
    return isRight || value["warning"] === true ? nothing : found("accepted wrongly", rules.wrong)
  })

export const rest = (stage: Stage, side: "bid" | "ask", price: string, market = ticker, count = "5"): Act =>
  stage.operator.placeOrder(stage.maker.accountId, { ticker: market, side, count, price })

export const seed = (stage: Stage, market = ticker): Act =>
  Effect.all([
    rest(stage, "bid", "0.40", market),
    rest(stage, "bid", "0.39", market),
    rest(stage, "ask", "0.60", market)
  ])

export const change = (stage: Stage, market = ticker): Act =>
  Effect.all([
    rest(stage, "bid", "0.41", market),
    rest(stage, "ask", "0.59", market, "7"),
    rest(stage, "bid", "0.40", market, "2")
  ])

const pollMillis = 10
const polls = 500

/** Waits at most about 5 s for subscriptions to a channel. A book's subscription counts only after its snapshot. */
export const subscribed = ({ operator }: Stage, channel: string, connections = 1): Effect.Effect<void> =>
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

export const settle = ({ settleMillis }: Stage): Effect.Effect<void> => Effect.sleep(settleMillis)
