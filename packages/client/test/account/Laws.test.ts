/**
 * Checks a property of `AccountState` on a simulated exchange that fails at random. Then plants each fault below in
 * the source code, and checks that the property detects it.
 */
import { AccountState } from "../../src/account/AccountState.ts"
import { play, plays } from "../support/accounts.ts"
import { testLaw } from "../support/law.ts"
import { type Fault, inFile } from "../support/planted.ts"

const reducing = inFile("account/AccountState.ts")
const ordering = inFile("account/orders.ts")
const filling = inFile("account/fills.ts")
const positioning = inFile("account/positions.ts")
const reading = inFile("account/reads.ts")

const faults: ReadonlyArray<Fault> = [
  reducing(
    "accepts a list whose read began before an undecodable message",
    "sinceMillis + this.#lagMillis : Number",
    "-1 : Number"
  ),
  reducing(
    "accepts a list whose read began before the subscription",
    "read.want(nowMillis + this.#lagMillis)",
    "read.want(Number.NEGATIVE_INFINITY)"
  ),
  reducing(
    "accepts a list whose read began right after the subscription",
    "read.want(nowMillis + this.#lagMillis)",
    "read.want(nowMillis)"
  ),
  reducing(
    "applies messages while their channel is not subscribed",
    'if (loss.cause === "outage") this.#subscribed.delete(loss.channel)',
    ""
  ),
  reducing(
    "is live after only one complete list",
    "reads.some(({ isWanted }) => isWanted)",
    "reads.every(({ isWanted }) => isWanted)"
  ),
  reducing("stays live after a loss", '#status = { _tag: "Healing", sinceMillis: from, loss }', "#version++"),
  reducing(
    "does not notice that a list lacks an order",
    "this.#orders.complete(seen, startedMillis, receivedMillis)",
    "[]"
  ),
  reducing(
    "reads fills from the loss on, without the overlap",
    "this.#fillsFromMillis = sinceMillis - this.#overlapMillis",
    "this.#fillsFromMillis = sinceMillis"
  ),
  reducing("returns an outdated account", "this.#version++\n    this.#account = undefined", "this.#version++"),
  reducing(
    "does not report a settled position",
    'this.#changed({ _tag: "PositionSettled", position })',
    "this.#changed()"
  ),
  reducing("reports a fill again when its missing fields arrive", 'added === "new" ?', "true ?"),
  reducing(
    "reads no list again for a verification",
    "if (!read.isWanted) read.want(sinceMillis",
    "read.want(Infinity * sinceMillis"
  ),
  reducing(
    "adds orders of other subaccounts from a list",
    "if (!this.#positionReads.has(order.subaccount)) return this.#ignore()",
    ""
  ),
  ordering("accepts an older update", "return after - before", "return 1"),
  ordering("opens a closed order again", "if (isClosed(order) !== isClosed(next)) return isClosed(next) ? 1 : -1", ""),
  ordering(
    "loses a fill of an order if two of its states have equal times",
    "return FixedPoint.compare(next.fill_count_fp, order.fill_count_fp)",
    "return 0"
  ),
  ordering(
    "lets a read that began too early replace a message of an order",
    "return origin.startedMillis >= pushedMillis + this.#lagMillis && origin.startedMillis >= readMillis",
    "return true"
  ),
  ordering(
    "removes a missing order without a confirmation",
    "this.#doubt(entry, receivedMillis)\n      missing.push",
    "this.#open.delete(id)\n      missing.push"
  ),
  ordering(
    "confirms an order by a read that began too early",
    "return doubt.counts(origin.startedMillis)",
    "return true"
  ),
  ordering(
    "confirms an order by a message whose status is `unknown`",
    'if (doubt === undefined || next.status === "unknown") return false',
    "if (doubt === undefined) return false"
  ),
  ordering("confirms an order whose status stays `unknown`", ' || (isSettled && known.order.status === "unknown")', ""),
  ordering(
    "treats an order whose status becomes `unknown` as confirmed",
    'if (next.status === "unknown") this.#doubt(known, origin.receivedMillis)',
    ""
  ),
  ordering("never confirms an order", "if (isSettled) this.#settle(known)", ""),
  ordering("adds a forgotten order as confirmed", "if (mayBeForgotten || isLate ||", "if (isLate ||"),
  ordering(
    "adds an order of an outdated list as confirmed",
    "if (mayBeForgotten || isLate ||",
    "if (mayBeForgotten ||"
  ),
  filling(
    "adds a fill twice",
    'if (known !== undefined) return this.#complete(known, fill) ? "completed" : "known"',
    ""
  ),
  filling("reports a forgotten fill again", "!isBefore(this.#forgotten, entry)", "this.#max < 0"),
  filling(
    "reports a fill again after an unfinished list displaced it",
    "if (this.#leaving.has(entry.key))",
    "if (this.#max < 0)"
  ),
  ordering("reports an unconfirmed order as confirmed", "this.#unread.set(entry.order.order_id, entry)", ""),
  filling("keeps all fills", "this.#sorted.length - this.#max)", "0)"),
  filling("treats all fills of an order as one fill", "`${trade_id} ${order_id}`", "order_id"),
  filling(
    "keeps fills in the sequence of arrival",
    "this.#sorted.splice(this.#positionOf(entry), 0, entry)",
    "this.#sorted.push(entry)"
  ),
  positioning("mixes the subaccounts", "`${subaccount} ${ticker}`", "ticker"),
  positioning(
    "lets a read that began too early replace a message of a position",
    "if (startedMillis < known.pushedMillis + this.#lagMillis ||",
    "if ("
  ),
  positioning("keeps a settled position", "this.#entries.delete(key)", ""),
  positioning(
    "removes the positions of other subaccounts",
    "if (position.subaccount !== subaccount || seen.has(key))",
    "if (seen.has(key))"
  ),
  positioning(
    "adds a settled position of an outdated list",
    "if (startedMillis < (this.#completeMillis.get(position.subaccount) ?? never)) return false",
    ""
  ),
  reading("keeps only the last page of a list", "if (startedMillis > this.#startedMillis) this.#seen", "this.#seen"),
  reading("completes a list with its first page", "if (!isComplete) return undefined", ""),
  reading("never repeats a read", "Math.max(this.#fromMillis, this.#lastMillis + wait)", "undefined")
]

testLaw({
  name: "AccountState",
  subject: AccountState,
  module: "account/AccountState.ts",
  statement: "equals the exchange's account whenever it is live and no message is in flight",
  inputs: plays,
  play,
  seed: 20_261_129,
  faults: faults,
  faultRuns: 5_000
})
