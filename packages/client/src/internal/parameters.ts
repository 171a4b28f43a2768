/**
 * Parameters that many operations share.
 *
 * @module
 */
import * as Schema from "effect/Schema"
import * as Operation from "../Operation.ts"

/** One segment of a path. What cannot stand in one is refused when the path is written. */
export const pathSegment: Operation.Parameter<string, true> = /*#__PURE__*/ Operation.required(Schema.String)

/** 0 the primary, 1–63 a subaccount. */
export const subaccount: Operation.Parameter<number, false> = /*#__PURE__*/ Operation.optional(Schema.Int)

/** The number of an exchange shard. */
export const exchangeIndex: Operation.Parameter<number, false> = /*#__PURE__*/ Operation.optional(Schema.Int)
