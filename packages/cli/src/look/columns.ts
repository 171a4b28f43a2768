/**
 * Columns that several lists share.
 *
 * @module
 */
import * as FixedPoint from "@kalshi-effect/client/FixedPoint"
import type * as Output from "../output/Output.ts"

export const sideColumn = <Row>(name: string, side: (row: Row) => string): Output.Column<Row> => ({
  name,
  value: side,
  style: (row) => (side(row) === "yes" || side(row) === "bid" ? "green" : "red")
})

export const numberColumn = <Row>(
  name: string,
  value: (row: Row) => string | undefined,
  options: Pick<Output.Column<Row>, "dropOrder"> = {}
): Output.Column<Row> => ({ name, value, align: "right", ...options })

export const profitColumn = <Row>(name: string, value: (row: Row) => FixedPoint.Dollars): Output.Column<Row> => ({
  name,
  value,
  align: "right",
  style: (row) => (FixedPoint.isZero(value(row)) ? undefined : FixedPoint.isNegative(value(row)) ? "red" : "green")
})

/** Writes an amount with at least four decimals, as the exchange does, so that the amounts of a column are aligned. */
export const fourDecimals = (amount: FixedPoint.Dollars): string => {
  const text = FixedPoint.fromMicros(FixedPoint.toMicros(amount))
  return text.padEnd(text.indexOf(".") + 5, "0")
}

export const dollarsOfCents = (cents: number): FixedPoint.Dollars => FixedPoint.fromMicros(BigInt(cents) * 10_000n)

export const text = (value: number | null | undefined): string | undefined =>
  value === null || value === undefined ? undefined : String(value)
