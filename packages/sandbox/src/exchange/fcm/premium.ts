/**
 * The net premium that a subtrader of a futures commission merchant (FCM) deploys in a day. The exchange reports it,
 * and refuses no order because of it.
 *
 * @module
 */
import type { AccountState, State, SubtraderState } from "../state.ts"

const newYork = /*#__PURE__*/ new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/New_York",
  year: "numeric",
  month: "2-digit",
  day: "2-digit"
})

/** The date in New York, such as `2026-10-26`. Documented: a cap applies to one New York date. */
export const capDateOf = (millis: number): string => newYork.format(millis)

/** Adds to a subtrader's premium of the day. Does nothing for any other account. */
export const deployPremium = (state: State, { subtrader }: AccountState, micros: number): void => {
  if (subtrader !== undefined) {
    subtrader.premiumMicros = premiumOf(state, subtrader) + micros
    subtrader.premiumDate = capDateOf(state.nowMillis)
  }
}

/** Today's premium. Negative if the subtrader received more than it paid. */
export const premiumOf = ({ nowMillis }: State, { premiumDate, premiumMicros }: SubtraderState): number =>
  premiumDate === capDateOf(nowMillis) ? premiumMicros : 0
