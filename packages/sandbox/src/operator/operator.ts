/**
 * A running exchange: its request handler and its operator's side.
 *
 * @module
 */
import type * as Environment from "@kalshi-effect/client/Environment"
import * as Signer from "@kalshi-effect/signing/Signer"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { CreateMarket, KeyOptions } from "../exchange/Commands.ts"
import type { Refusal } from "../exchange/Entities.ts"
import { Exchange } from "../exchange/Exchange.ts"
import type { Credentials, NewAccount, Operator, TestOptions } from "./operatorSide.ts"
import { SandboxError } from "../SandboxError.ts"
import { usual } from "../rest/errorBody.ts"
import { Faults, mistakeIn } from "../rest/faults.ts"
import { makeHandler, type ServedRequest, toWire, type WireRequest, type WireResponse } from "../rest/handler.ts"
import type { Now } from "../exchange/now.ts"
import { type KeyPair, makeKeyPair, readPublicKey } from "../exchange/accounts/keys.ts"

/** The request handler, and the operator's side once the address is known. */
export interface Running {
  readonly handle: (request: WireRequest, onDefect: (defect: unknown) => void) => WireResponse
  readonly operate: (environment: Environment.Environment) => Operator
}

const orSandboxError = <A>(result: Result.Result<A, Refusal>): Effect.Effect<A, SandboxError> =>
  Effect.mapError(
    Effect.fromResult(result),
    ({ details, message }) => new SandboxError({ reason: details === undefined ? message : `${message}: ${details}` })
  )

/** Creates an exchange whose time follows `wallMillis`, or stands still from its creation. */
export const run = (
  options: TestOptions,
  clock: "real" | "frozen",
  wallMillis: () => number
): Result.Result<Running, Refusal> => {
  const faults = new Faults()
  const requests: Array<ServedRequest> = []
  const keep = options.keepRequests ?? 1_000
  const madeMillis = wallMillis()
  const founders = (options.accounts ?? []).map((account) => ({ account, pair: makeKeyPair(kindOf(account)) }))
  let offsetMillis = 0
  let exchange = new Exchange({ seed: options.seed ?? 1, assumptions: options.assumptions ?? {} })

  /** A frozen clock only moves by hand; signatures then follow the real time. */
  const now = (): Now =>
    clock === "frozen"
      ? { exchangeMillis: madeMillis + offsetMillis, wallMillis: wallMillis() }
      : { exchangeMillis: wallMillis() + offsetMillis, wallMillis: wallMillis() + offsetMillis }

  const served = (request: ServedRequest): void => {
    requests.push(request)
    if (requests.length > keep) {
      requests.shift()
    }
  }
  let handler = makeHandler(exchange, faults, served)

  const handle: Running["handle"] = (request, onDefect) => {
    try {
      return handler(request, now())
    } catch (defect) {
      onDefect(defect)
      return toWire(usual(500), wallMillis())
    }
  }

  /** Replaces the exchange; planted faults and recorded requests are discarded. */
  const replace = (next: Exchange): void => {
    exchange = next
    faults.clear()
    requests.length = 0
    handler = makeHandler(exchange, faults, served)
  }

  /** An exchange in its initial state. The same seed gives its accounts and keys the same ids each time. */
  const fresh = (): Result.Result<Fresh, Refusal> => {
    const next = new Exchange({ seed: options.seed ?? 1, assumptions: options.assumptions ?? {} })
    for (const market of options.markets ?? []) {
      const made = next.createMarket(market, now().exchangeMillis)
      if (Result.isFailure(made)) {
        return Result.fail(made.failure)
      }
    }
    const credentials: Array<Credentials> = []
    for (const { account, pair } of founders) {
      const made = addAccount(next, now().exchangeMillis, account, pair)
      if (Result.isFailure(made)) {
        return Result.fail(made.failure)
      }
      credentials.push(made.success)
    }
    return Result.succeed({ exchange: next, credentials })
  }

  /** Runs an action at the exchange's time. */
  const at = <A>(command: (exchange: Exchange, nowMillis: number) => Result.Result<A, Refusal>) =>
    Effect.suspend(() => orSandboxError(command(exchange, now().exchangeMillis)))

  const operate = (environment: Environment.Environment, credentials: ReadonlyArray<Credentials>): Operator => {
    const registerKey = (accountId: string, publicKey: string, key?: KeyOptions) =>
      readPublicKey(publicKey) === undefined
        ? Effect.fail(
            new SandboxError({
              reason: "the public key must be SPKI PEM of Ed25519, or of RSA with at least 2048 bits"
            })
          )
        : Effect.map(
            at((to, nowMillis) => to.registerKey(accountId, publicKey, nowMillis, key)),
            ({ keyId }) => keyId
          )

    const createKey = (
      accountId: string,
      kind: Signer.KeyKind,
      key?: KeyOptions
    ): Effect.Effect<Credentials, SandboxError> =>
      Effect.suspend(() => {
        const pair = makeKeyPair(kind)
        return at((to, nowMillis) => addKey(to, nowMillis, accountId, kind, pair, key))
      })

    return {
      environment,
      url: new URL(environment.restUrl).origin,
      credentials,
      accounts: Effect.sync(() => exchange.view(now().exchangeMillis).accounts()),
      createAccount: (account = {}) =>
        at((to, nowMillis) => addAccount(to, nowMillis, account, makeKeyPair(kindOf(account)))),
      createKey,
      registerKey,
      setTier: (accountId, tier) => at((to, nowMillis) => to.setTier(accountId, tier, nowMillis)),
      createSubaccount: (accountId) => at((to, nowMillis) => to.createSubaccount(accountId, 0, nowMillis)),
      deposit: (accountId, dollars, till) => at((to, nowMillis) => to.deposit(accountId, dollars, nowMillis, till)),
      withdraw: (accountId, dollars, till) => at((to, nowMillis) => to.withdraw(accountId, dollars, nowMillis, till)),
      createSeries: (series) => at((to, nowMillis) => to.createSeries(series, nowMillis)),
      createEvent: (event) => at((to, nowMillis) => to.createEvent(event, nowMillis)),
      createMarket: (market: CreateMarket) => at((to, nowMillis) => to.createMarket(market, nowMillis)),
      pauseMarket: (ticker) => at((to, nowMillis) => to.pauseMarket(ticker, nowMillis)),
      reactivateMarket: (ticker) => at((to, nowMillis) => to.reactivateMarket(ticker, nowMillis)),
      closeMarket: (ticker, closeMillis) =>
        at((to, nowMillis) => to.setMarketClose(ticker, closeMillis ?? nowMillis, nowMillis)),
      determineMarket: (ticker, outcome) => at((to, nowMillis) => to.determineMarket(ticker, outcome, nowMillis)),
      disputeMarket: (ticker) => at((to, nowMillis) => to.disputeMarket(ticker, nowMillis)),
      settleMarket: (ticker) => at((to, nowMillis) => to.settleMarket(ticker, nowMillis)),
      setActive: (active) => at((to, nowMillis) => to.setActive(active, nowMillis)),
      plant: (fault) =>
        Effect.suspend(() => {
          const reason = mistakeIn(fault)
          return reason === undefined
            ? Effect.sync(() => faults.plant(fault))
            : Effect.fail(new SandboxError({ reason: `the fault: ${reason}` }))
        }),
      clearFaults: Effect.sync(() => faults.clear()),
      moveClock: (millis) =>
        Effect.sync(() => {
          offsetMillis += millis
        }),
      portfolio: (accountId, subaccount) => at((to, nowMillis) => to.view(nowMillis).portfolio(accountId, subaccount)),
      requests: Effect.sync(() => [...requests]),
      view: Effect.sync(() => exchange.view(now().exchangeMillis)),
      dump: Effect.sync(() => exchange.dump(now().exchangeMillis)),
      snapshot: Effect.sync(() => exchange.snapshot(now().exchangeMillis)),
      restore: (from) =>
        Effect.flatMap(
          Effect.try({
            try: () => Exchange.restore(from, { seed: options.seed ?? 1, assumptions: options.assumptions ?? {} }),
            catch: (cause) => new SandboxError({ reason: `the snapshot is not one: ${String(cause)}` })
          }),
          (next) => Effect.sync(() => replace(next))
        ),
      reset: Effect.suspend(() => Effect.map(orSandboxError(fresh()), (next) => replace(next.exchange)))
    }
  }

  return Result.map(fresh(), ({ credentials, exchange: first }) => {
    replace(first)
    return { handle, operate: (environment) => operate(environment, credentials) }
  })
}

interface Fresh {
  readonly exchange: Exchange
  readonly credentials: ReadonlyArray<Credentials>
}

const kindOf = ({ kind = "ed25519" }: NewAccount): Signer.KeyKind => kind

const addAccount = (
  to: Exchange,
  nowMillis: number,
  account: NewAccount,
  pair: KeyPair
): Result.Result<Credentials, Refusal> => {
  const name = account.name ?? `account ${to.view(nowMillis).accounts().length + 1}`
  return Result.flatMap(to.createAccount(name, nowMillis, account.dollars, account.tier), ({ accountId }) =>
    addKey(to, nowMillis, accountId, kindOf(account), pair, account.key)
  )
}

const addKey = (
  to: Exchange,
  nowMillis: number,
  accountId: string,
  kind: Signer.KeyKind,
  { privateKeyPem, publicKeyPem, sign }: KeyPair,
  key?: KeyOptions
): Result.Result<Credentials, Refusal> =>
  Result.map(to.registerKey(accountId, publicKeyPem, nowMillis, key), ({ keyId }) => ({
    accountId,
    keyId,
    kind,
    privateKey: Redacted.make(privateKeyPem, { label: "private key" }),
    publicKey: publicKeyPem,
    signer: Signer.makeSync({ keyId, kind, sign })
  }))
