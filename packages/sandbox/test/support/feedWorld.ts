/**
 * An exchange with its feed, without sockets. Its lines (connections) record the sent frames, and the test moves the
 * time.
 */
import * as Result from "effect/Result"
import type { Assumptions } from "../../src/Assumptions.ts"
import { makeKeyPair } from "../../src/exchange/accounts/keys.ts"
import type { Command, CommandType, CreateOrder, KeyOptions } from "../../src/exchange/Commands.ts"
import { Exchange } from "../../src/exchange/Exchange.ts"
import type { View } from "../../src/exchange/View.ts"
import { Feed } from "../../src/feed/Feed.ts"
import { type Endpoint, feedPath, type Upgrade } from "../../src/feed/line.ts"
import type { WireRequest, WireResponse } from "../../src/rest/handler.ts"

// oxlint-disable-next-line typescript/no-explicit-any -- the tests read fields of forty types of messages and results
export type Loose = any

export interface Frame {
  readonly type: string
  readonly id?: number
  readonly sid?: number
  readonly seq?: number
  readonly msg?: Loose
  readonly sending_ts_ms?: number
}

export interface TestAccount {
  readonly accountId: string
  readonly keyId: string
  readonly sign: (text: string) => string
}

export interface TestLine {
  readonly endpoint: Endpoint
  /** Returns and removes the received frames. */
  readonly take: () => Array<Frame>
  /** Returns the texts of the received frames, and removes the frames. */
  readonly takeTexts: () => Array<string>
  readonly send: (command: object | string) => void
  /** Sends a command and returns the frames that it caused. */
  readonly ask: (command: object | string) => Array<Frame>
  /** Returns how the connection ended. Undefined while it is open. */
  readonly ended: () => string | undefined
  readonly pings: () => number
  readonly mute: () => void
  /** While blocked, the network accepts no data. */
  readonly block: (isBlocked: boolean) => void
}

export interface FeedWorld {
  readonly exchange: Exchange
  readonly feed: Feed
  readonly nowMillis: () => number
  /** Advances the time. Calls `tick` at each time that the feed schedules, and at the end. */
  readonly pass: (millis: number) => void
  readonly view: () => View
  readonly run: <Type extends CommandType>(command: Command<Type> & Command) => Loose
  readonly account: (key?: KeyOptions) => TestAccount
  readonly market: (ticker: string) => void
  readonly order: (account: TestAccount, order: Partial<CreateOrder>) => Loose
  readonly request: (account: TestAccount, change?: Partial<WireRequest>) => WireRequest
  readonly connect: (account: TestAccount) => TestLine
  readonly refused: (request: WireRequest) => WireResponse
  readonly keyOf: (accountId: string, key?: KeyOptions) => TestAccount
}

export const ticker = "KXFEED-26-YES"

export const start = 1_800_000_000_000

export const makeFeedWorld = (assumptions: Partial<Assumptions> = {}): FeedWorld => {
  let now = start
  const exchange = new Exchange({ seed: 7, assumptions })
  const feed = new Feed({
    exchange,
    now: () => ({ exchangeMillis: now, wallMillis: now, tokenMillis: now }),
    clockMillis: () => now,
    clockMillisAt: (exchangeMillis) => exchangeMillis
  })
  const run: FeedWorld["run"] = (command) =>
    Result.getOrThrow(exchange.execute(command, now) as Result.Result<unknown, unknown>)
  const keyOf: FeedWorld["keyOf"] = (accountId, options = {}) => {
    const pair = makeKeyPair("ed25519")
    const { keyId } = run({ type: "registerKey", accountId, publicKey: pair.publicKeyPem, options })
    return { accountId, keyId, sign: pair.sign }
  }
  const request: FeedWorld["request"] = ({ keyId, sign }, change = {}) => ({
    method: "GET",
    path: feedPath,
    headers: {
      "kalshi-access-key": keyId,
      "kalshi-access-timestamp": String(now),
      "kalshi-access-signature": sign(`${now}GET${feedPath}`)
    },
    body: new Uint8Array(),
    ...change
  })
  return {
    exchange,
    feed,
    nowMillis: () => now,
    pass: (millis) => {
      const until = now + millis
      for (let next = feed.nextMillis(); next !== undefined && next <= until; next = feed.nextMillis()) {
        now = Math.max(now, next)
        feed.tick()
      }
      now = until
      feed.tick()
    },
    view: () => exchange.view(now),
    run,
    account: (key) => keyOf(run({ type: "createAccount", name: "somebody" }).accountId, key),
    keyOf,
    market: (ticker) => run({ type: "createMarket", market: { ticker } }),
    order: ({ accountId }, order) => run({ type: "createOrder", accountId, order: { ...plainOrder, ...order } }),
    request,
    connect: (account) => {
      const upgrade = feed.upgrade(request(account))
      if (upgrade._tag === "Refused") {
        throw new Error(`the upgrade was refused: ${new TextDecoder().decode(upgrade.response.body)}`)
      }
      return openLine(upgrade.open)
    },
    refused: (refusedRequest) => {
      const upgrade = feed.upgrade(refusedRequest)
      if (upgrade._tag === "Accepted") {
        throw new Error("the upgrade was accepted")
      }
      return upgrade.response
    }
  }
}

const plainOrder: CreateOrder = {
  ticker,
  clientOrderId: undefined,
  side: "bid",
  count: 500,
  price: 4_000,
  timeInForce: "good_till_canceled",
  selfTradePrevention: "taker_at_cross",
  expirationSeconds: undefined,
  postOnly: false,
  reduceOnly: false,
  cancelOnPause: false,
  subaccount: 0,
  orderGroupId: undefined,
  exchangeIndex: undefined
}

/** More than the feed's maximum of bytes that wait for the network. */
const blockedBytes = 2 * 1024 * 1024

const openLine = (open: Extract<Upgrade, { _tag: "Accepted" }>["open"]): TestLine => {
  let texts: Array<string> = []
  let ended: string | undefined
  let pings = 0
  let isBlocked = false
  let isMute = false
  const endpoint: Endpoint = open({
    send: (text) => void texts.push(text),
    bufferedBytes: () => (isBlocked ? blockedBytes : 0),
    ping: () => {
      pings++
      if (!isMute) {
        endpoint.pong()
      }
    },
    close: (code, reason) => {
      ended = `close ${code} ${reason}`.trim()
    },
    drop: (how) => {
      ended = how
    }
  })
  const takeTexts = (): Array<string> => texts.splice(0)
  const take = (): Array<Frame> => takeTexts().map((text) => JSON.parse(text) as Frame)
  const send = (command: object | string): void =>
    endpoint.receive(typeof command === "string" ? command : JSON.stringify(command))
  return {
    endpoint,
    take,
    takeTexts,
    send,
    ask: (command) => {
      texts = []
      send(command)
      return take()
    },
    ended: () => ended,
    pings: () => pings,
    mute: () => {
      isMute = true
    },
    block: (blocked) => {
      isBlocked = blocked
      if (!blocked) {
        endpoint.drained()
      }
    }
  }
}

export const outline = (frames: ReadonlyArray<Frame>): ReadonlyArray<string> =>
  frames.map(({ id, seq, sid, type }) =>
    [
      type,
      id === undefined ? [] : `id ${id}`,
      sid === undefined ? [] : `sid ${sid}`,
      seq === undefined ? [] : `seq ${seq}`
    ]
      .flat()
      .join(" ")
  )
