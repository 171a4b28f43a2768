/**
 * P11: the client's live order books, live account, streams and subscriptions, while the network and the exchange fail.
 *
 * @module
 */
import { play } from "./internal/feed/play.ts"
import { schedules } from "./internal/feed/schedule.ts"
import { checkTarget, type Settings, type TargetProperty } from "./Property.ts"

const id = "P11"

const targets: Readonly<Record<string, number>> = { "one line": 1, "two lines": 2 }

const make = (hidesLosses: boolean): TargetProperty => ({
  id,
  statement:
    "A readable order book always equals a state that the exchange has sent. It returns to an earlier state only with a higher `epoch`. After a loss on all its lines (connections), a book is unreadable until it is complete again. Every stream delivers each message once and in order, or reports a loss. After the last fault, all books equal the books of the exchange, a live account equals the lists of the exchange, and the exchange has exactly the wanted subscriptions.",
  method:
    "The client runs on virtual time against the local exchange, with order books over one line or two. Random schedules place and cancel orders, lose, repeat, reorder, delay, cut and add messages, lose and delay commands, refuse dials, end and stall connections and subscriptions, run maintenance, and add and remove subscribers. Every book is compared with the record of a connection without faults. The suite simulates the failing network, so it cannot check a real exchange.",
  targets: Object.keys(targets),
  runOn: (target, settings: Settings) =>
    checkTarget(id, target, settings, schedules, (schedule, reach) =>
      play(schedule, { lines: targets[target] ?? 1, hidesLosses, reach })
    )
})

export const P11: TargetProperty = /*#__PURE__*/ make(false)

/** The network hides losses from the client. The property must fail there, which proves that it detects losses. */
export const P11OnDishonestNetwork: TargetProperty = /*#__PURE__*/ make(true)
