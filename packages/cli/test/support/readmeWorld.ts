/**
 * The exchange for the examples in the README: at a fixed time, with simulated traders that have traded for an hour.
 *
 * @module
 */
import { layer } from "./exchange.ts"

/** The time of every run of the command. The exchange was created an hour earlier. */
const nowMillis = Date.UTC(2026, 10, 30, 12)
const pastMillis = 3_600_000

export const readmeExchange = layer({
  nowMillis,
  createdMillis: nowMillis - pastMillis,
  seed: 7,
  world: true,
  crowd: { traders: 12 }
})
