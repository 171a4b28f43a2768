/**
 * Collections and combos on the small exchange of `floor.ts`: four markets in four events, and a collection of these
 * events.
 */
import type { CreateCollection, CreateMarket } from "../../src/exchange/Commands.ts"
import type { ComboLeg, Market } from "../../src/exchange/Entities.ts"
import type { Options } from "../../src/exchange/Exchange.ts"
import { makeFloor, refusalOf, unwrap } from "./floor.ts"

export const collectionTicker = "KXMVE-R"

/** Parses a leg: a market and a side. `A yes` is YES of the market `KXA-26-YES`, `KXA-26-3 no` is NO of `KXA-26-3`. */
export const leg = (text: string): ComboLeg => {
  const [name = "", side] = text.split(" ")
  const marketTicker = name.includes("-") ? name : `KX${name}-26-YES`
  const eventTicker = marketTicker.replace(/-[^-]*$/, "")
  return { marketTicker, eventTicker, side: side === "no" ? "no" : "yes" }
}

export const makeCombining = (collection: Partial<CreateCollection> = {}, options: Partial<Options> = {}) => {
  const floor = makeFloor(options)
  const maker = floor.account("maker", "10000")
  const taker = floor.account("taker", "10000")
  for (const name of ["A", "B", "C", "D"]) {
    unwrap(floor.execute({ type: "createMarket", market: { ticker: `KX${name}-26-YES` } }))
  }
  const create = (change: Partial<CreateCollection> = {}) =>
    floor.execute({
      type: "createCollection",
      collection: {
        collectionTicker,
        associatedEvents: ["A", "B", "C", "D"].map((name) => ({ eventTicker: `KX${name}-26` })),
        ...change
      }
    })
  unwrap(create(collection))
  const select = (legs: ReadonlyArray<string>, accountId = taker) =>
    floor.execute({ type: "createCombo", accountId, collectionTicker, legs: legs.map(leg) })
  for (const accountId of [maker, taker]) {
    floor.fund(accountId, { exchangeIndex: 1 })
  }
  return Object.assign(floor, {
    maker,
    taker,
    create,
    select,
    market: (market: CreateMarket): Market => unwrap(floor.execute({ type: "createMarket", market })),
    combo: (...legs: ReadonlyArray<string>): Market => unwrap(select(legs)),
    refusedLegs: (...legs: ReadonlyArray<string>) => refusalOf(select(legs)),
    determine: (name: string, outcome: "yes" | "no" | { readonly scalar: string }) =>
      floor.execute({ type: "determineMarket", ticker: leg(name).marketTicker, outcome }),
    latest: ({ ticker }: Pick<Market, "ticker">): Market => unwrap(floor.view().market(ticker)),
    /** Advances the time, and fires the timers that are due. */
    pass: (millis: number): void => {
      floor.time += millis
      floor.view()
    }
  })
}
