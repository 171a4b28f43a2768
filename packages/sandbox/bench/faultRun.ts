/**
 * Sends orders under network faults from 32 fibers, and kills the client in the middle of a second run. Fails if an
 * order was duplicated, if an outcome was lost or is wrong, or if an outcome `Unknown` was not settled.
 *
 * Arguments: the number of intents (orders to place), and a seed.
 */
import { availableParallelism } from "node:os"
import { type Options, run } from "../test/support/faultRun/faultRun.ts"

const [intents = "5000", seed = "1"] = process.argv.slice(2)

const options: Options = {
  intents: Number(intents),
  fibers: 32,
  share: 0.25,
  seed: Number(seed),
  kill: false,
  readLagMillis: 300,
  attemptMillis: 1_000,
  settleWithinMillis: 180_000
}

console.log(
  `${Number(intents).toLocaleString("en")} intents, ${options.fibers} fibers, seed ${seed}, ${availableParallelism()} cores, Node ${process.version}`
)
for (const kill of [false, true]) {
  const figures = await run({ ...options, kill })
  const { counts, faults, learned, openAtKill, orders, outcomes, seconds, unsettled } = figures
  const { requests, ...byKind } = counts
  const faulted = Object.values(byKind).reduce((sum, count) => sum + count, 0)
  console.log(kill ? `\nkilled half-way with ${openAtKill} orders in flight` : "\nwithout a kill")
  console.log(
    `  requests  ${requests}, ${faulted} of them with a fault (${((100 * faulted) / requests).toFixed(1)} %)`,
    byKind
  )
  console.log(`  outcomes  `, outcomes)
  console.log(`  accepted, with the order id learned from `, learned)
  console.log(`  orders    ${orders}; unsettled ${unsettled}; faults ${faults.length}; ${seconds.toFixed(0)} s`)
  if (faults.length > 0 || unsettled > 0) {
    console.log(faults.slice(0, 20).join("\n"))
    process.exitCode = 1
  }
}
