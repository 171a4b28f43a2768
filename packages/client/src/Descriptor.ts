/**
 * What an operation puts on the wire and what may come back, as plain data.
 *
 * @module
 */
import type * as Schema from "effect/Schema"
import type * as Errors from "./Errors.ts"

/** Where a path or query parameter goes, and how its values are written. */
export interface Parameter<out A = unknown, out Required extends boolean = boolean> {
  readonly schema: Schema.Codec<A>
  readonly required: Required
  /** `comma` joins a list into one value; `repeated` writes the key once per item. */
  readonly style: "single" | "comma" | "repeated"
}

/** A query parameter that may be left out. */
export const optional = <A extends string | number | boolean>(schema: Schema.Codec<A>): Parameter<A, false> => ({
  schema,
  required: false,
  style: "single"
})

/** A query parameter that must be given. */
export const required = <A extends string | number | boolean>(schema: Schema.Codec<A>): Parameter<A, true> => ({
  schema,
  required: true,
  style: "single"
})

/** A body of an error status that carries more than an error: {@link Errors.InternalServerError} and its kind. */
export interface WithPayload<out E> {
  readonly error: ErrorClass<E>
  readonly payload: Schema.Codec<unknown>
}

/** Declares that an error status carries a body of its own. */
export const withPayload: {
  <P>(error: typeof Errors.InternalServerError, payload: Schema.Codec<P>): WithPayload<Errors.InternalServerError<P>>
  <P>(error: typeof Errors.ServiceUnavailable, payload: Schema.Codec<P>): WithPayload<Errors.ServiceUnavailable<P>>
  <P>(error: typeof Errors.GatewayTimeout, payload: Schema.Codec<P>): WithPayload<Errors.GatewayTimeout<P>>
} = (error: ErrorClass<unknown>, payload: Schema.Codec<unknown>): WithPayload<never> => ({
  error: error as ErrorClass<never>, // the overloads above say which class carries the payload
  payload
})

/** The class of an answered error: its status decides which one an answer becomes. */
export interface ErrorClass<out E> {
  new (fields: never): E
  readonly status: number
}

/** An error as an operation declares it. */
export type Declared = ErrorClass<unknown> | WithPayload<unknown>

/** Whether an operation may be sent again after a failure that may have reached the exchange. */
export type RetryClass =
  /** Repeating it changes nothing more. */
  | "idempotent"
  /** Repeatable where the body carries an id of the caller's own, see {@link Key}; otherwise as `never`. */
  | "keyed"
  /** Never, unless no byte of it can have left or it was answered 429. */
  | "never"

/** Where the body of a `keyed` operation holds the id of the caller's own by which the exchange knows a repeat. */
export interface Key {
  /** The member that holds the id, such as `client_order_id`. An empty id is no id. */
  readonly field: string
  /** The body's list whose items each hold an id; left out where the body itself holds the one id. */
  readonly list?: string
}

/** What is wrong with an input. */
export interface InputFault {
  /** RFC 6901; for a missing field, where it should have been. */
  readonly pointer: string
  /** What is wrong, and what to do about it. Never holds a value of the input. */
  readonly reason: string
}

/**
 * A rule of the exchange between fields, which no schema holds: a pure function that returns what is wrong with an input,
 * or undefined. The input has passed the schemas.
 */
export type Rule<in Input> = (input: Input) => InputFault | undefined

/** Who pays for an operation: the account's token buckets. */
export interface Limits {
  /** Default: `read` for a GET, `write` for every other method. */
  readonly bucket: "read" | "write"
  /** The number of tokens. The account's own list of costs overrides it. Default: 10. */
  readonly cost: number
  /** Whether the cost is that of the request or of every item of its `orders`. Default: `request`. */
  readonly costPer: "request" | "item"
  /**
   * Which write bucket pays. `common` is the bucket that belongs to no shard. `order` is the bucket of the order's shard,
   * or those of all shards if the exchange has to find the order. `quotes` is the bucket of shard 1. Default: `common`.
   * Source: the rate-limit guide of October 2026.
   */
  readonly writeBucket: "common" | "order" | "quotes"
  /** True: it takes its tokens before other calls that wait for the same bucket. Default: false. */
  readonly urgent: boolean
}

/** Everything the wire needs to know about an operation, as plain data. */
export interface Descriptor<
  out Access extends "public" | "read" | "write" = "public" | "read" | "write",
  out Path extends Readonly<Record<string, Parameter>> = Readonly<Record<string, Parameter>>,
  out Query extends Readonly<Record<string, Parameter>> = Readonly<Record<string, Parameter>>,
  out Body extends Schema.Codec<unknown> | undefined = Schema.Codec<unknown> | undefined,
  out Success extends Schema.Codec<unknown> | undefined = Schema.Codec<unknown> | undefined,
  out Errors extends ReadonlyArray<Declared> = ReadonlyArray<Declared>,
  out Auth extends "none" | "optional" | "required" = "none" | "optional" | "required"
> {
  /** The id in the published document, such as `GetOrderGroup`. */
  readonly operationId: string
  /** The function as a user calls it, such as `OrderGroups.get`. */
  readonly name: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Path template below the API's root, such as `/portfolio/order_groups/{order_group_id}`. */
  readonly path: string
  readonly pathParameters: Path
  readonly query: Query
  /** Schema of the JSON body; undefined where the operation takes none. A POST or PUT without one sends `{}`. */
  readonly body: Body
  /** The one success status, and the schema of its body; undefined where it has none. */
  readonly success: { readonly status: number; readonly body: Success }
  /**
   * The errors that the published document declares besides those of every operation (429, 500, 502, 503, 504), which
   * are listed only where they carry a body of their own.
   */
  readonly errors: Errors
  /** `optional`: public, and signed where there is a key. */
  readonly auth: Auth
  readonly access: Access
  readonly retry: RetryClass
  /** Where a `keyed` operation's ids are; undefined for every other class. */
  readonly key: Key | undefined
  /** Checked in their order after the schemas; the first fault refuses the input. */
  readonly rules: ReadonlyArray<Rule<never>>
  readonly limits: Limits
  /** The answer holds a secret, such as a private key: no error keeps any of its body. */
  readonly secret: boolean
  /** How the answer is one page of many; undefined where it is whole. */
  readonly pages: Paging | undefined
}

/** What makes an answer a page. */
export interface Paging<out List extends string = string> {
  /** The answer's field that holds the cursor of the next page; its query parameter is always `cursor`. */
  readonly cursor: "cursor" | "next_cursor"
  /** The answer's fields that hold what is paged. */
  readonly lists: ReadonlyArray<List>
}
