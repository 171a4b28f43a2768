/**
 * The request and the possible responses of an operation, as plain data.
 *
 * @module
 */
import type * as Schema from "effect/Schema"
import type * as Errors from "./Errors.ts"

/** The schema of a path or query parameter, and how its values are written. */
export interface Parameter<out A = unknown, out Required extends boolean = boolean> {
  readonly schema: Schema.Codec<A>
  readonly required: Required
  /** `comma` joins a list into one value; `repeated` writes the key once per item. */
  readonly style: "single" | "comma" | "repeated"
}

/** An optional query parameter. */
export const optional = <A extends string | number | boolean>(schema: Schema.Codec<A>): Parameter<A, false> => ({
  schema,
  required: false,
  style: "single"
})

/** A required query parameter. */
export const required = <A extends string | number | boolean>(schema: Schema.Codec<A>): Parameter<A, true> => ({
  schema,
  required: true,
  style: "single"
})

/** An error whose body carries a payload, such as {@link Errors.InternalServerError}. */
export interface WithPayload<out E> {
  readonly error: ErrorClass<E>
  readonly payload: Schema.Codec<unknown>
}

/** Declares that an error status has its own body. */
export const withPayload: {
  <P>(error: typeof Errors.InternalServerError, payload: Schema.Codec<P>): WithPayload<Errors.InternalServerError<P>>
  <P>(error: typeof Errors.ServiceUnavailable, payload: Schema.Codec<P>): WithPayload<Errors.ServiceUnavailable<P>>
  <P>(error: typeof Errors.GatewayTimeout, payload: Schema.Codec<P>): WithPayload<Errors.GatewayTimeout<P>>
} = (error: ErrorClass<unknown>, payload: Schema.Codec<unknown>): WithPayload<never> => ({
  error: error as ErrorClass<never>, // the overloads above say which class carries the payload
  payload
})

/** The class of an error response. Its status decides which responses become this error. */
export interface ErrorClass<out E> {
  new (fields: never): E
  readonly status: number
}

/** An error that an operation declares. */
export type Declared = ErrorClass<unknown> | WithPayload<unknown>

/** Whether the client repeats a request after a failure that may have reached the exchange. */
export type RetryClass =
  /** A repeat changes nothing more. */
  | "idempotent"
  /** Repeated if the body carries the caller's own id, see {@link Key}. Otherwise like `never`. */
  | "keyed"
  /** Not repeated, unless no byte of it can have left, or the exchange answered 429. */
  | "never"

/** The place of the caller's own id in the body of a `keyed` operation. The exchange recognises a repeat by it. */
export interface Key {
  /** The member with the id, such as `client_order_id`. An empty id counts as absent. */
  readonly field: string
  /** The list of the body whose items each have an id. Default: the body itself has the id. */
  readonly list?: string
}

/** A fault of an input. */
export interface InputFault {
  /** RFC 6901. For a missing field: its expected place. */
  readonly pointer: string
  /** What is wrong, and what to do about it. It never contains a value of the input. */
  readonly reason: string
}

/**
 * A rule of the exchange between fields, which no schema states. It is a pure function that returns the fault of an input
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

/** Everything that the client needs to send an operation and to decode its response. */
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
  /** The name of the function, such as `OrderGroups.get`. */
  readonly name: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Path template below the API's root, such as `/portfolio/order_groups/{order_group_id}`. */
  readonly path: string
  readonly pathParameters: Path
  readonly query: Query
  /** Schema of the JSON body. Undefined if the operation takes none: a POST or PUT then sends `{}`. */
  readonly body: Body
  /** The success status, and the schema of its body. Undefined if the response has no body. */
  readonly success: { readonly status: number; readonly body: Success }
  /**
   * The errors that the published document declares. Those of every operation (429, 500, 502, 503, 504) are listed only
   * if they have their own body.
   */
  readonly errors: Errors
  /** `optional`: public, and signed if the layer has a key. */
  readonly auth: Auth
  readonly access: Access
  readonly retry: RetryClass
  /** The place of the ids of a `keyed` operation. Undefined for every other class. */
  readonly key: Key | undefined
  /** Checked in this order after the schemas. The first fault refuses the input. */
  readonly rules: ReadonlyArray<Rule<never>>
  readonly limits: Limits
  /** The response contains a secret, such as a private key: no error keeps any part of its body. */
  readonly secret: boolean
  /** How the list continues on further pages. Undefined if the response is complete. */
  readonly pages: Paging | undefined
}

/** The parts of a response that is a page. */
export interface Paging<out List extends string = string> {
  /** The field with the cursor of the next page. The query parameter is always `cursor`. */
  readonly cursor: "cursor" | "next_cursor"
  /** The fields with the items of the page. */
  readonly lists: ReadonlyArray<List>
}
