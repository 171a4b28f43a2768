/** The time on the exchange, and the time for signatures, tokens and the `date` header. */
export interface Now {
  readonly exchangeMillis: number
  readonly wallMillis: number
}
