/**
 * The operator interface over HTTP, under `/sandbox/`, only for requests from this machine.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Snapshot } from "../exchange/Exchange.ts"
import { type Control, get, post, withPrivateKey } from "./controlRoute.ts"
import { feedControls, feedFaults } from "./feedControls.ts"
import type { Credentials, Operator } from "./operatorSide.ts"
import { referenceControls } from "./referenceControls.ts"
import { senderOf } from "../page/access.ts"
import { safeHeaders } from "../page/files.ts"
import { orderControls } from "../page/orderControls.ts"
import { tiers } from "../exchange/accounts/buckets.ts"
import { type RestResponse, failure } from "../rest/errorBody.ts"
import { decodeBody, isJson, maxSnapshotBytes } from "../rest/requestBody.ts"
import { toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"

const optional = Schema.optionalKey

const noFields = Schema.Struct({})

const tier = Schema.Literals(tiers)

const keyFields = {
  name: optional(Schema.String),
  scopes: optional(
    Schema.Array(
      Schema.Literals([
        "read",
        "write",
        "read::block_trade_accept",
        "read::portfolio_balance",
        "write::trade",
        "write::transfer",
        "write::fcm_risk",
        "write::block_trade_accept"
      ])
    )
  ),
  subaccount: optional(Schema.Int)
}

const kind = Schema.Literals(["rsa", "ed25519"])

const newAccount = Schema.Struct({
  name: optional(Schema.String),
  kind: optional(kind),
  dollars: optional(Schema.String),
  tier: optional(tier),
  key: optional(Schema.Struct(keyFields))
})

const payment = Schema.Struct({
  dollars: Schema.String,
  subaccount: optional(Schema.Int),
  exchangeIndex: optional(Schema.Int)
})

const feeType = Schema.Literals(["quadratic", "quadratic_with_maker_fees", "quadratic_with_combo_maker_fees"])

const newSeries = Schema.Struct({
  ticker: Schema.String,
  title: optional(Schema.String),
  category: optional(Schema.String),
  frequency: optional(Schema.String),
  tags: optional(Schema.Array(Schema.String)),
  feeType: optional(feeType),
  feeMultiplier: optional(Schema.Finite)
})

const newEvent = Schema.Struct({
  eventTicker: Schema.String,
  seriesTicker: optional(Schema.String),
  title: optional(Schema.String),
  subTitle: optional(Schema.String),
  mutuallyExclusive: optional(Schema.Boolean),
  multivariate: optional(Schema.Boolean),
  exchangeIndex: optional(Schema.Int),
  competition: optional(Schema.String),
  competitionScope: optional(Schema.String),
  liveSource: optional(Schema.String)
})

const priceRanges = Schema.Array(Schema.Struct({ start: Schema.String, end: Schema.String, step: Schema.String }))

const newCollection = Schema.Struct({
  collectionTicker: Schema.String,
  seriesTicker: optional(Schema.String),
  exchangeIndex: optional(Schema.Int),
  title: optional(Schema.String),
  description: optional(Schema.String),
  openMillis: optional(Schema.Int),
  closeMillis: optional(Schema.Int),
  associatedEvents: Schema.Array(
    Schema.Struct({
      eventTicker: Schema.String,
      isYesOnly: optional(Schema.Boolean),
      sizeMin: optional(Schema.Int),
      sizeMax: optional(Schema.Int)
    })
  ),
  isOrdered: optional(Schema.Boolean),
  sizeMin: optional(Schema.Int),
  sizeMax: optional(Schema.Int),
  priceRanges: optional(priceRanges)
})

const newMarket = Schema.Struct({
  ticker: Schema.String,
  eventTicker: optional(Schema.String),
  exchangeIndex: optional(Schema.Int),
  title: optional(Schema.String),
  type: optional(Schema.Literals(["binary", "scalar"])),
  strike: optional(
    Schema.Struct({
      type: Schema.Literals(["greater", "greater_or_equal", "less", "less_or_equal", "between"]),
      floor: optional(Schema.Finite),
      cap: optional(Schema.Finite)
    })
  ),
  openMillis: optional(Schema.Int),
  closeMillis: optional(Schema.Int),
  priceRanges: optional(priceRanges),
  takerFeeRate: optional(Schema.Int),
  makerFeeRate: optional(Schema.Int),
  settlementTimerSeconds: optional(Schema.Int),
  isHighlyVolatile: optional(Schema.Boolean),
  structuredTargetId: optional(Schema.String),
  settlementFloor: optional(Schema.String)
})

const outcome = Schema.Union([Schema.Literals(["yes", "no"]), Schema.Struct({ scalar: Schema.String })])

const fault = Schema.Struct({
  operation: optional(Schema.String),
  path: optional(Schema.String),
  times: optional(Schema.Int),
  status: optional(Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 }))),
  body: optional(Schema.Unknown),
  contentType: optional(Schema.String),
  delayMillis: optional(Schema.Int),
  reset: optional(Schema.Literals(["before", "after"])),
  mangle: optional(Schema.Literals(["truncated", "garbled"]))
})

const toKey = ({ accountId, keyId, kind, privateKey, publicKey }: Credentials) => ({
  accountId,
  keyId,
  kind,
  privateKey: Redacted.value(privateKey),
  publicKey
})

export const controls: ReadonlyArray<Control> = [
  get("accounts", (operator) => operator.accounts),
  get("faults", (operator) => operator.plantedFaults),
  get("requests", (operator) => operator.requests),
  get("dump", (operator) => operator.dump),
  get("snapshot", (operator) => operator.snapshot),
  get("time", (operator) => Effect.map(operator.view, ({ nowMillis }) => ({ nowMillis }))),
  withPrivateKey(post("accounts", newAccount, (operator, input) => Effect.map(operator.createAccount(input), toKey))),
  withPrivateKey(
    post("accounts/:id/keys", Schema.Struct({ kind, ...keyFields }), (operator, { kind, ...key }, accountId) =>
      Effect.map(operator.createKey(accountId, kind, key), toKey)
    )
  ),
  ...orderControls,
  post("accounts/:id/tier", Schema.Struct({ tier }), (operator, { tier }, accountId) =>
    operator.setTier(accountId, tier)
  ),
  post("accounts/:id/subaccounts", noFields, (operator, _, accountId) =>
    Effect.map(operator.createSubaccount(accountId), (subaccount) => ({ subaccount }))
  ),
  post("accounts/:id/deposit", payment, (operator, { dollars, ...till }, accountId) =>
    operator.deposit(accountId, dollars, till)
  ),
  post("accounts/:id/withdraw", payment, (operator, { dollars, ...till }, accountId) =>
    operator.withdraw(accountId, dollars, till)
  ),
  post("accounts/:id/fcm", Schema.Struct({ errorAccountId: optional(Schema.String) }), (operator, fcm, accountId) =>
    operator.enableFcm(accountId, fcm)
  ),
  post("series", newSeries, (operator, input) => operator.createSeries(input)),
  post("events", newEvent, (operator, input) => operator.createEvent(input)),
  post("markets", newMarket, (operator, input) => operator.createMarket(input)),
  post(
    "series/:ticker/fee",
    Schema.Struct({
      feeType: optional(feeType),
      feeMultiplier: optional(Schema.Finite),
      atMillis: optional(Schema.Int)
    }),
    (operator, { atMillis, ...fee }, ticker) => operator.changeSeriesFee(ticker, fee, atMillis)
  ),
  post(
    "events/:ticker/fee",
    Schema.Struct({
      override: Schema.NullOr(Schema.Struct({ feeType, feeMultiplier: Schema.Finite })),
      atMillis: optional(Schema.Int)
    }),
    (operator, { atMillis, override }, ticker) => operator.changeEventFee(ticker, override, atMillis)
  ),
  ...referenceControls,
  post("collections", newCollection, (operator, input) => operator.createCollection(input)),
  post("markets/:ticker/pause", noFields, (operator, _, ticker) => operator.pauseMarket(ticker)),
  post("markets/:ticker/reactivate", noFields, (operator, _, ticker) => operator.reactivateMarket(ticker)),
  post(
    "markets/:ticker/close",
    Schema.Struct({ closeMillis: optional(Schema.Int) }),
    (operator, { closeMillis }, ticker) => operator.closeMarket(ticker, closeMillis)
  ),
  post("markets/:ticker/determine", Schema.Struct({ outcome }), (operator, { outcome }, ticker) =>
    operator.determineMarket(ticker, outcome)
  ),
  post("markets/:ticker/dispute", noFields, (operator, _, ticker) => operator.disputeMarket(ticker)),
  post("markets/:ticker/settle", noFields, (operator, _, ticker) => operator.settleMarket(ticker)),
  post(
    "active",
    Schema.Struct({
      exchange: optional(Schema.Boolean),
      trading: optional(Schema.Boolean),
      exchangeIndex: optional(Schema.Int)
    }),
    (operator, active) => operator.setActive(active)
  ),
  post("faults", Schema.Union([fault, ...feedFaults]), (operator, planted) => operator.plant(planted)),
  post("faults/clear", noFields, (operator) => operator.clearFaults),
  post("time", Schema.Struct({ millis: Schema.Int }), (operator, { millis }) => operator.moveClock(millis)),
  ...feedControls,
  post("reset", noFields, (operator) => operator.reset),
  post(
    "snapshot",
    Schema.Record(Schema.String, Schema.Unknown),
    // `restore` refuses an invalid snapshot.
    (operator, snapshot) => operator.restore(snapshot as unknown as Snapshot),
    "PUT"
  )
]

const root = "/sandbox/"

/** Whether a request may have a larger body than usual: only a permitted request to restore a snapshot may. */
export const isLargeControl = (request: Omit<WireRequest, "body">, token: string): boolean =>
  request.method === "PUT" &&
  request.path.replace(/\?.*$/s, "") === `${root}snapshot` &&
  typeof senderOf(request, token) === "string"

/**
 * Responds to an operator request. Undefined for a request to the exchange. The page must send `token` with each
 * change.
 */
export const control = (operator: Operator, request: WireRequest, token: string): WireResponse | undefined => {
  if (!request.path.startsWith(root)) {
    return undefined
  }
  const response = respond(operator, request, token)
  return toWire({ ...response, headers: { ...safeHeaders, ...response.headers } }, Date.now())
}

const respond = (operator: Operator, request: WireRequest, token: string): RestResponse => {
  const sender = senderOf(request, token)
  if (typeof sender !== "string") {
    return sender
  }
  const parts = request.path.slice(root.length).replace(/\?.*$/, "").split("/")
  const matching = controls.filter(({ path }) => isMatching(path, parts))
  const found = matching.find(({ method }) => method === request.method)
  if (found === undefined) {
    return matching.length === 0
      ? failure(404, "not_found")
      : { ...failure(405, "method_not_allowed"), headers: { allow: matching.map(({ method }) => method).join(", ") } }
  }
  if (found.hasPrivateKey === true && sender === "page") {
    return failure(403, "permission_denied", "a page receives no private keys. Send this request from a program")
  }
  const json = found.method === "GET" || found.method === "DELETE" ? Result.succeed({}) : readJson(request)
  if (Result.isFailure(json)) {
    return json.failure
  }
  const action = found.run(operator, parts.map(unescape), json.success)
  if (Result.isFailure(action)) {
    return failure(400, "invalid_parameters", action.failure)
  }
  // Every operator action is synchronous.
  const result = Effect.runSync(Effect.result(action.success))
  return Result.isFailure(result)
    ? failure(400, "sandbox_error", result.failure.reason)
    : { status: 200, body: JSON.stringify(result.success ?? {}, replaceInfinity) }
}

const isMatching = (path: ReadonlyArray<string>, parts: ReadonlyArray<string>): boolean =>
  path.length === parts.length && path.every((part, index) => part.startsWith(":") || part === parts[index])

const unescape = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const utf8 = /*#__PURE__*/ new TextDecoder("utf-8", { fatal: true })

const readJson = (request: WireRequest): Result.Result<unknown, RestResponse> => {
  if (request.body.length === 0) {
    return Result.succeed({})
  }
  if (!isJson(request)) {
    return Result.fail(failure(400, "invalid_parameters", "the content type must be application/json"))
  }
  const isSnapshot = request.method === "PUT" // no other operator request is a PUT
  const body = decodeBody(request, isSnapshot ? maxSnapshotBytes : undefined)
  return Result.flatMap(body, (bytes) =>
    Result.try({
      try: () => JSON.parse(utf8.decode(bytes)) as unknown,
      catch: () => failure(400, "invalid_parameters", "the body is not JSON")
    })
  )
}

/** JSON has no infinity, so the closing time of a market that does not close automatically is null in JSON. */
const replaceInfinity = (_key: string, value: unknown): unknown => (value === Infinity ? null : value)
