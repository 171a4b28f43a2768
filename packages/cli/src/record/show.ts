/**
 * Formats the lines of a recording for people.
 *
 * @module
 */
import * as FeedMessages from "@kalshi-effect/client/FeedMessages"
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import * as Result from "effect/Result"
import { plain } from "../output/plain.ts"
import type { Screen } from "../output/Screen.ts"
import { type Line, messageText } from "./lines.ts"
import type { Entry } from "./reading.ts"
import { plural } from "./units.ts"

const kindWidth = 9

const time = (millis: number): string => new Date(millis).toISOString().slice(11)

type Levels = ReadonlyArray<readonly [price: FixedPoint.Dollars, count: FixedPoint.Count]>

/** Asks have prices of YES, so the best ask has the lowest price. */
const best = (side: "bid" | "ask", levels: Levels = []): Levels[number] | undefined => {
  const sorted = levels.toSorted(([left], [right]) => FixedPoint.compare(left, right))
  return side === "ask" ? sorted[0] : sorted.at(-1)
}

const sideText = (side: "bid" | "ask", levels: Levels | undefined): string => {
  const top = best(side, levels)
  return `${plural(levels?.length ?? 0, side)}${top === undefined ? "" : `, best ${top[0]} x ${top[1]}`}`
}

/** Describes a message. Returns undefined for a reply of the feed, because it says nothing about a market. */
const describeMessage = (
  decode: ReturnType<typeof FeedMessages.decoder>,
  text: string
): readonly [kind: string, ticker: string, content: string] | undefined => {
  const decoded = decode(text)
  if (Result.isFailure(decoded)) return ["unknown", "", text.slice(0, 200)]
  const message = decoded.success
  switch (message.type) {
    case "subscribed":
    case "unsubscribed":
    case "ok":
      return undefined
    case "error":
      return ["error", message.msg.market_ticker ?? "", `${message.msg.code}: ${message.msg.msg}`]
    case "orderbook_snapshot": {
      const { market_ticker, no_dollars_fp, yes_dollars_fp } = message.msg
      return ["book", market_ticker, `${sideText("bid", yes_dollars_fp)}; ${sideText("ask", no_dollars_fp)}`]
    }
    case "orderbook_delta": {
      const { delta_fp, market_ticker, price_dollars, side } = message.msg
      const change = delta_fp.startsWith("-") ? delta_fp : `+${delta_fp}`
      return ["change", market_ticker, `${side === "yes" ? "bid" : "ask"} ${price_dollars}  ${change}`]
    }
    case "trade": {
      const { count_fp, market_ticker, taker_book_side, yes_price_dollars } = message.msg
      const verb = taker_book_side === "bid" ? "buys" : "sells"
      return ["trade", market_ticker, `taker ${verb} ${count_fp} YES at ${yes_price_dollars}`]
    }
    case "ticker": {
      const { market_ticker, price_dollars, volume_fp, yes_ask_dollars, yes_bid_dollars } = message.msg
      return [
        "ticker",
        market_ticker,
        `bid ${yes_bid_dollars}  ask ${yes_ask_dollars}  last ${price_dollars}  volume ${volume_fp}`
      ]
    }
    case "fill": {
      const { count_fp, market_ticker, yes_price_dollars } = message.msg
      return ["fill", market_ticker, `${count_fp} at ${yes_price_dollars}`]
    }
    default:
      return [message.type, "", JSON.stringify(message.msg)]
  }
}

export const formatter = (screen: Pick<Screen, "paint">): ((entry: Entry) => string | undefined) => {
  const decode = FeedMessages.decoder()
  const join = (line: Line, kind: string, ticker: string, content: string): string =>
    `${screen.paint("dim", time(line.at_ms))}  ${kind.padEnd(kindWidth)}  ${[ticker, content]
      .filter((part) => part !== "")
      .map(plain)
      .join("  ")}`
  return ({ line, text }) => {
    switch (line.type) {
      case "frame": {
        const described = describeMessage(decode, messageText(line, text))
        return described && join(line, ...described)
      }
      case "recording": {
        const { at_ms, channels, environment, part, tickers } = line
        const started = `${new Date(at_ms).toISOString()} from ${environment}: ${tickers.join(", ")} (${channels.join(", ")})`
        return screen.paint("dim", plain(`# ${part === 1 ? "Recorded" : `Part ${part}, recorded`} ${started}`))
      }
      case "order_book":
        return join(line, "rest", line.ticker, `order book read over REST (${line.reason})`)
      case "market":
        return undefined
      case "end":
        return line.reason === "rotated" ? undefined : join(line, "end", "", `the recording ${line.reason}`)
      default:
        // A newer version of `kalshi` may write lines without `detail`.
        return "detail" in line
          ? screen.paint(
              "yellow",
              join(
                line,
                line.type.replaceAll("_", " "),
                (line.markets ?? []).join(","),
                `${line.channel ?? ""} ${line.detail}`
              )
            )
          : undefined
    }
  }
}
