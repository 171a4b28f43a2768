/**
 * Accounts, their subaccounts and their keys.
 *
 * @module
 */
import * as Result from "effect/Result"
import type { KeyOptions } from "../Commands.ts"
import type { Account, ApiKey, Refusal, Scope, Tier } from "../Entities.ts"
import { communicationsIdOf } from "../communications/communicationsId.ts"
import { RecordIndexes } from "../communications/indexes.ts"
import { makeBuckets, settle, tiers } from "./buckets.ts"
import { parseMicros } from "../decimal.ts"
import { KeyIndex } from "../listIndexes.ts"
import { FillList } from "../orders/fillList.ts"
import { deposit, hasSubaccount, holdingOf } from "../money/ledger.ts"
import { OrderList } from "../orders/orderList.ts"
import { invalidParameters, notFound, refusal } from "../refusals.ts"
import { isShard } from "../shards.ts"
import { type AccountState, type State, checkNotPaused } from "../state.ts"

/** Creates an account. The money goes to its primary subaccount on shard 0. */
export const create = (
  state: State,
  name: string,
  dollars: string,
  tier: Tier
): Result.Result<AccountState, Refusal> => {
  const micros = parseMicros(dollars)
  if (micros === undefined) {
    return Result.fail(invalidParameters("the deposit must be less than a billion dollars, with at most six decimals"))
  }
  if (!tiers.includes(tier)) {
    return Result.fail(invalidParameters(`the tier must be one of ${tiers.join(", ")}`))
  }
  const account = makeAccount(state.ids.next(), name, tier)
  return Result.map(deposit(state, account, micros, primary), () => {
    state.accounts.set(account.accountId, account)
    return account
  })
}

export const makeAccount = (accountId: string, name: string, tier: Tier): AccountState => {
  const settlements: AccountState["settlements"] = []
  const rfqs: AccountState["rfqs"] = []
  const quotes: AccountState["quotes"] = []
  const receivedQuotes: AccountState["quotes"] = []
  const account: AccountState = {
    accountId,
    name,
    tier,
    keys: [],
    orders: new OrderList(),
    restingCount: 0,
    clientOrderIds: new Map(),
    groups: new Map(),
    holdings: new Map(),
    positions: new Map(),
    subaccounts: 0,
    netting: new Map(),
    fills: new FillList(),
    settlements,
    settlementsByTicker: new KeyIndex(settlements, ({ ticker }) => ticker),
    deposits: [],
    withdrawals: [],
    cashTransfers: [],
    shardTransfers: [],
    clientTransferIds: new Set(),
    allocation: { percents: [], reservation: "sum" },
    marginedMicros: 0,
    cancelledOnArrivalUntil: new Map(),
    buckets: makeBuckets(tier),
    communicationsId: communicationsIdOf(accountId),
    rfqs,
    rfqIndexes: new RecordIndexes(rfqs, ({ ticker }) => ticker),
    openRfqs: new Map(),
    quotes,
    quoteIndexes: new RecordIndexes(quotes, ({ rfqId }) => rfqId),
    receivedQuotes,
    receivedQuoteIndexes: new RecordIndexes(receivedQuotes, ({ rfqId }) => rfqId),
    comboCreations: [],
    blockTrades: [],
    fcm: undefined,
    subtrader: undefined
  }
  holdingOf(account, 0, 0)
  return account
}

const primary = { subaccount: 0, exchangeIndex: 0 }

export const view = ({ accountId, name, tier }: AccountState): Account => ({ accountId, name, tier })

/**
 * Creates the next subaccount. Documented: subaccounts are numbered from 1 to 63, and require the advanced tier or
 * above.
 */
export const createSubaccount = (
  state: State,
  account: AccountState,
  exchangeIndex: number
): Result.Result<number, Refusal> => {
  const refused =
    checkNotPaused(state, exchangeIndex) ??
    (isShard(exchangeIndex) ? undefined : invalidParameters("exchange_index must be 0 to 3")) ??
    (account.tier === "basic"
      ? refusal("forbidden", "permission_denied", "subaccounts require the advanced tier")
      : undefined) ??
    (account.subaccounts >= 63
      ? refusal("invalid", "bad_request", "the account has its maximum of 63 subaccounts")
      : undefined)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  account.subaccounts++
  holdingOf(account, account.subaccounts, exchangeIndex)
  return Result.succeed(account.subaccounts)
}

export const setNetting = (
  state: State,
  account: AccountState,
  subaccount: number,
  enabled: boolean
): Result.Result<void, Refusal> => {
  const refused =
    checkNotPaused(state) ??
    (hasSubaccount(account, subaccount) ? undefined : invalidParameters(`subaccount ${subaccount} does not exist`))
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  account.netting.set(subaccount, enabled)
  return Result.void
}

const scopes: ReadonlySet<Scope> = /*#__PURE__*/ new Set([
  "read",
  "write",
  "read::block_trade_accept",
  "read::portfolio_balance",
  "write::trade",
  "write::transfer",
  "write::fcm_risk",
  "write::block_trade_accept"
])

/** Checks the options of a key, but not its public key. */
export const checkKey = (account: AccountState, options: KeyOptions): Refusal | undefined => {
  const { name, scopes: requested = fullAccess, subaccount } = options
  if (requested.some((scope) => !scopes.has(scope)) || requested.length === 0) {
    return invalidParameters("a key needs one or more of the documented scopes, and no other scope")
  }
  if (requested.includes("write") && !requested.includes("read")) {
    return invalidParameters("the scope write requires the scope read")
  }
  if (name === "") {
    return invalidParameters("the name of a key must not be empty")
  }
  if (subaccount !== undefined && !hasSubaccount(account, subaccount)) {
    return invalidParameters(`subaccount ${subaccount} does not exist`)
  }
  return account.keys.some((key) => key.name === name) ? refusal("conflict", "api_key_already_exists") : undefined
}

const fullAccess: ReadonlyArray<Scope> = ["read", "write"]

/** Registers a key. Fails if {@link checkKey} refuses its options. */
export const registerKey = (
  state: State,
  account: AccountState,
  publicKey: string,
  options: KeyOptions
): Result.Result<ApiKey, Refusal> => {
  const refused = checkKey(account, options)
  if (refused !== undefined) {
    return Result.fail(refused)
  }
  const key: ApiKey = {
    keyId: state.ids.next(),
    accountId: account.accountId,
    name: options.name ?? freeName(account),
    scopes: [...new Set(options.scopes ?? fullAccess)],
    subaccount: options.subaccount,
    publicKey,
    subtraderId: account.subtrader?.subtraderId
  }
  account.keys.push(key)
  state.keys.set(key.keyId, key)
  return Result.succeed(key)
}

/**
 * Raises a basic account to the advanced tier. Documented: requires that one of the account's last 100 orders was
 * placed through the API. Here, every order counts.
 */
export const upgrade = (state: State, account: AccountState): Result.Result<void, Refusal> => {
  if (account.orders.all.length === 0) {
    return Result.fail(refusal("forbidden", "permission_denied", "the account has not placed an order through the API"))
  }
  if (account.tier === "basic") {
    setTier(state, account, "advanced")
  }
  return Result.void
}

export const setTier = (state: State, account: AccountState, tier: Tier): void => {
  settle(account.buckets, account.tier, state.nowMillis)
  account.tier = tier
}

const freeName = ({ keys }: AccountState): string => {
  for (let number = keys.length + 1; ; number++) {
    const name = `key ${number}`
    if (!keys.some((key) => key.name === name)) {
      return name
    }
  }
}

export const deleteKey = (state: State, account: AccountState, keyId: string): Result.Result<void, Refusal> => {
  const index = account.keys.findIndex((key) => key.keyId === keyId.toLowerCase())
  if (index === -1) {
    return Result.fail(notFound)
  }
  state.keys.delete(account.keys[index]!.keyId)
  account.keys.splice(index, 1)
  return Result.void
}
