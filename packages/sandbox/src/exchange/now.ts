/** The time on the exchange, and the time that signatures, tokens and the `date` header go by. */
export interface Now {
  readonly exchangeMillis: number
  readonly wallMillis: number
}
