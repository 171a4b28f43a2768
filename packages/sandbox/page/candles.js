/**
 * Candles from trades.
 */

/**
 * The lengths of a candle, in milliseconds, and their names.
 *
 * @type {ReadonlyArray<readonly [number, string]>}
 */
export const intervals = [
  [1_000, "1 s"],
  [5_000, "5 s"],
  [15_000, "15 s"],
  [60_000, "1 min"],
  [300_000, "5 min"],
  [3_600_000, "1 h"],
  [86_400_000, "1 d"]
]

const most = 48

/** The shortest interval with which the trades fit into the chart, or the longest interval if none fits. */
const fitting = (trades) => {
  const span = trades.length === 0 ? 0 : trades.at(-1).atMillis - trades[0].atMillis
  return (intervals.find(([millis]) => span < millis * (most - 1)) ?? intervals.at(-1))[0]
}

/**
 * Oldest first, at most 48. An interval without trades continues at the last price. Without `intervalMillis`, all
 * trades fit into the candles if possible.
 */
export const candlesOf = (trades, intervalMillis) => {
  const length = intervalMillis ?? fitting(trades)
  const byStart = new Map()
  for (const { atMillis, count, price } of trades) {
    const start = atMillis - (atMillis % length)
    const candle = byStart.get(start)
    if (candle === undefined) {
      byStart.set(start, { start, open: price, high: price, low: price, close: price, count })
    } else {
      candle.high = Math.max(candle.high, price)
      candle.low = Math.min(candle.low, price)
      candle.close = price
      candle.count += count
    }
  }
  const starts = [...byStart.keys()]
  if (starts.length === 0) return { length, candles: [] }
  const last = starts.at(-1)
  const first = Math.max(starts[0], last - (most - 1) * length)
  // The candle before the first shown candle has the price at which the shown candles begin.
  let close = byStart.get(starts.findLast((start) => start < first))?.close
  const candles = []
  for (let start = first; start <= last; start += length) {
    const candle = byStart.get(start)
    if (candle !== undefined) candles.push(candle)
    else if (close !== undefined) candles.push({ start, open: close, high: close, low: close, close, count: 0 })
    close = candle?.close ?? close
  }
  return { length, candles }
}
