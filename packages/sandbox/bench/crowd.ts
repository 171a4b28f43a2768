/**
 * Measures the crowd (simulated traders) in this process. This is not a test. Run with `node --expose-gc`. Arguments:
 * the traders (default 20), the pace (default 7), the minutes (default 60).
 */
import { attachCrowd } from "../src/crowd/Crowd.ts"
import { Exchange } from "../src/exchange/Exchange.ts"

const [traders = 20, pace = 7, minutes = 60] = process.argv.slice(2).map(Number)
const start = Date.UTC(2026, 10, 30, 14, 7, 30)

const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const before = heap()
const exchange = new Exchange({ seed: 1 })
attachCrowd(exchange, { traders, pace }, start)

const report = (atMinute: number, seconds: number): void => {
  // Measured before the snapshot is taken, because the snapshot needs memory, too.
  const megabytes = (heap() - before) / 1e6
  const snapshot = exchange.snapshot(start + atMinute * 60_000)
  const orders = snapshot.accounts.flatMap((account) => account.orders)
  console.log(
    [
      `after ${atMinute} minutes, in ${seconds.toFixed(2)} s`,
      `  heap ${megabytes.toFixed(1)} MB, snapshot ${(JSON.stringify(snapshot).length / 1e6).toFixed(1)} MB`,
      `  ${orders.length} orders (${orders.filter(({ status }) => status === "resting").length} rest), ${snapshot.traded.length} trades`,
      `  ${snapshot.timers.length} timers, ${snapshot.markets.length} markets`
    ].join("\n")
  )
}

let seconds = 0
for (let minute = 1; minute <= minutes; minute++) {
  const begun = performance.now()
  exchange.view(start + minute * 60_000)
  seconds += (performance.now() - begun) / 1_000
  if (minute === 10 || minute % 60 === 0 || minute === minutes) {
    report(minute, seconds)
  }
}

/**
 * The commands of another hour, counted by type. The subscription starts only now, so that it does not affect the
 * figures above.
 */
const commands = new Map<string, number>()
exchange.subscribe((entry) => {
  const name = entry.type === "command" ? entry.command.type : entry.type === "fill" ? "fills" : undefined
  if (name !== undefined) {
    commands.set(name, (commands.get(name) ?? 0) + 1)
  }
})
exchange.view(start + (minutes + 60) * 60_000)
console.log("in the next hour:", Object.fromEntries(commands))
