/**
 * The charts of a market, as SVG.
 */
import { s } from "./dom.js"
import { clock, count, day, decimalsOf, price } from "./format.js"

const text = (x, y, content, attributes = {}) => s("text", { x, y, class: "label", ...attributes }, content)

const frame = (width, height, label, ...children) =>
  s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...children)

const blank = (width, height, content) =>
  frame(
    width,
    height,
    content,
    s("rect", { width, height, rx: 8, class: "blank" }),
    text(width / 2, height / 2 + 4, content, { "text-anchor": "middle", class: "label quiet" })
  )

/** Round values from `low` to `high`: about as many as `count`. */
const ticks = (low, high, count) => {
  const rough = Math.max(1, (high - low) / count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * power)
    .find((size) => size >= rough && Number.isInteger(size))
  const size = step ?? Math.ceil(rough)
  const values = []
  for (let value = Math.ceil(low / size) * size; value <= high; value += size) values.push(value)
  return values
}

const sum = (levels) => levels.reduce((total, [, size]) => total + size, 0)

/** Shows cumulative contracts. */
export const depthChart = (width, height, { ask, bid }) => {
  if (bid.length === 0 && ask.length === 0) return blank(width, height, "The book is empty")
  const [left, right, top, bottom] = [8, 8, 14, 22]
  const prices = [...bid, ...ask].map(([level]) => level)
  const spread = Math.max(...prices) - Math.min(...prices)
  const margin = Math.max(100, Math.round(spread * 0.06))
  const low = Math.max(0, Math.min(...prices) - margin)
  const high = Math.min(10_000, Math.max(...prices) + margin)
  const largest = Math.max(sum(bid), sum(ask))
  const x = (value) => left + ((value - low) / (high - low)) * (width - left - right)
  const y = (value) => height - bottom - (value / largest) * (height - top - bottom)
  const base = y(0)
  const area = (levels, end) => {
    let total = 0
    let path = ""
    for (const [level, size] of levels) {
      path += path === "" ? `M${x(level)} ${base}` : `H${x(level)}`
      total += size
      path += `V${y(total)}`
    }
    return { line: `${path}H${x(end)}`, closed: `${path}H${x(end)}V${base}Z` }
  }
  const side = (levels, end, name) => {
    if (levels.length === 0) return []
    const { closed, line } = area(levels, end)
    return [s("path", { d: closed, class: `area ${name}` }), s("path", { d: line, class: `line ${name}` })]
  }
  const values = ticks(low, high, Math.max(3, Math.floor(width / 55)))
  const decimals = decimalsOf(values)
  const best = (levels) => (levels.length === 0 ? "none" : price(levels[0][0]))
  return frame(
    width,
    height,
    `Depth: best bid ${best(bid)} of ${count(sum(bid))} contracts, best ask ${best(ask)} of ${count(sum(ask))}`,
    ...[0.5, 1].map((part) =>
      s("line", { x1: left, x2: width - right, y1: y(largest * part), y2: y(largest * part), class: "grid" })
    ),
    ...side(bid, low, "bid"),
    ...side(ask, high, "ask"),
    s("line", { x1: left, x2: width - right, y1: base, y2: base, class: "axis" }),
    ...values.map((value) => text(x(value), height - 6, price(value, decimals), { "text-anchor": "middle" })),
    text(left, y(largest) - 4, `${count(largest)} contracts`)
  )
}

export const candleChart = (width, height, { candles, length }) => {
  if (candles.length === 0) return blank(width, height, "No trades yet")
  const [left, right, top, bottom] = [8, 46, 10, 22]
  const volumeHeight = 26
  const lows = candles.map((candle) => candle.low)
  const highs = candles.map((candle) => candle.high)
  const margin = Math.max(100, Math.round((Math.max(...highs) - Math.min(...lows)) * 0.1))
  const low = Math.max(0, Math.min(...lows) - margin)
  const high = Math.min(10_000, Math.max(...highs) + margin)
  const slots = Math.max(24, candles.length)
  const slot = (width - left - right) / slots
  const body = Math.max(2, Math.min(11, slot * 0.64))
  const center = (index) => left + slot * (slots - candles.length + index + 0.5)
  const floor = height - bottom - volumeHeight - 6
  const y = (value) => floor - ((value - low) / (high - low)) * (floor - top)
  const largest = Math.max(1, ...candles.map((candle) => candle.count))
  const last = candles.at(-1)
  const name = (candle) => (candle.close >= candle.open ? "bid" : "ask")
  const values = ticks(low, high, 4)
  const decimals = decimalsOf([...values, last.close])
  const label = length >= 86_400_000 ? day : length >= 60_000 ? (millis) => clock(millis).slice(0, 5) : clock
  const labelled = [0, Math.floor((candles.length - 1) / 2), candles.length - 1].filter(
    (index, place, all) => all.indexOf(index) === place && (index === candles.length - 1 || candles.length > 12)
  )
  return frame(
    width,
    height,
    `Last price ${price(last.close)}, between ${price(Math.min(...lows))} and ${price(Math.max(...highs))}`,
    ...values.flatMap((value) => [
      s("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" }),
      // The label of the last price would cover this label.
      ...(Math.abs(y(value) - y(last.close)) < 13
        ? []
        : [text(width - right + 6, y(value) + 4, price(value, decimals))])
    ]),
    ...candles.map((candle, index) => {
      const [x, upper, lower] = [
        center(index),
        y(Math.max(candle.open, candle.close)),
        y(Math.min(candle.open, candle.close))
      ]
      const size = (candle.count / largest) * volumeHeight
      return s(
        "g",
        { class: candle.count === 0 ? "candle idle" : `candle ${name(candle)}` },
        s(
          "title",
          {},
          `${clock(candle.start)}: ${price(candle.open)} to ${price(candle.close)}, ${count(candle.count)} contracts`
        ),
        s("rect", { x: x - slot / 2, y: top, width: slot, height: height - top - bottom, class: "hover" }),
        s("line", { x1: x, x2: x, y1: y(candle.high), y2: y(candle.low) }),
        s("rect", {
          x: x - body / 2,
          y: upper,
          width: body,
          height: Math.max(1.5, lower - upper),
          rx: 1,
          class: "body"
        }),
        s("rect", { x: x - body / 2, y: height - bottom - size, width: body, height: size, class: "volume" })
      )
    }),
    s("line", { x1: left, x2: width - right, y1: y(last.close), y2: y(last.close), class: "last" }),
    s("rect", { x: width - right + 2, y: y(last.close) - 9, width: right - 4, height: 18, rx: 4, class: "tag" }),
    text(width - right / 2, y(last.close) + 4, price(last.close, decimals), {
      "text-anchor": "middle",
      class: "label tagged"
    }),
    s("line", { x1: left, x2: width - right, y1: height - bottom, y2: height - bottom, class: "axis" }),
    ...labelled.map((index) =>
      text(center(index), height - 6, label(candles[index].start), {
        "text-anchor": index === candles.length - 1 ? "end" : candles.length > 12 && index === 0 ? "start" : "middle"
      })
    )
  )
}
