/** The orders of the benchmarks of the exchange. */
import type { CreateOrder } from "../src/exchange/Commands.ts"

/** The price is in ten-thousandths of a dollar, the count in hundredths of a contract. */
export const order = (ticker: string, side: "bid" | "ask", price: number, count = 100): CreateOrder => ({
  ticker,
  clientOrderId: undefined,
  side,
  count,
  price,
  timeInForce: "good_till_canceled",
  selfTradePrevention: "taker_at_cross",
  expirationSeconds: undefined,
  postOnly: false,
  reduceOnly: false,
  cancelOnPause: false,
  subaccount: 0,
  orderGroupId: undefined,
  exchangeIndex: undefined
})
